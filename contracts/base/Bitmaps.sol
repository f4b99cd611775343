// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Quorum numbers, one byte each and strictly ascending, as bits
library Bitmaps {

    /// @return ok Whether the bytes ascend.
    function tryParse(bytes memory numbers) internal pure returns (bool ok, uint256 bits) {
        for (uint256 i = 0; i < numbers.length; ++i) {
            uint256 bit = 1 << uint8(numbers[i]);
            if (bit <= bits) return (false, 0);
            bits |= bit;
        }
        return (true, bits);
    }

    /// @notice How many bits are set.
    function count(uint256 bits) internal pure returns (uint256 ones) {
        for (; bits != 0; bits &= bits - 1) {
            ++ones;
        }
    }

    /// @notice The numbers of the set bits in ascending order.
    function toBytes(uint256 bits) internal pure returns (bytes memory numbers) {
        for (uint256 i = 0; i < 256; ++i) {
            if ((bits >> i) & 1 == 1) numbers = bytes.concat(numbers, bytes1(uint8(i)));
        }
    }
}
