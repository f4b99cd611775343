// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Failing} from "./Failing.sol";
import {Owned} from "./Owned.sol";

/// @title Parts of a contract that its owner can stop, one bit each
abstract contract Pausable is Owned, Failing {
    error CurrentlyPaused();

    uint256 private pausedBits;

    modifier whenNotPaused(uint8 index) {
        _check(!paused(index), "Pausable: index is paused", CurrentlyPaused.selector);
        _;
    }

    function paused(uint8 index) public view returns (bool) {
        return (pausedBits >> index) & 1 == 1;
    }

    /// @notice Stops exactly the parts whose bits are set.
    function setPaused(uint256 bits) external onlyOwner {
        pausedBits = bits;
    }
}
