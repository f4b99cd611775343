// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Refusals in the words of two generations
/// @notice The M2 contracts revert with strings, later ones with custom errors.
abstract contract Failing {
    bool private immutable customErrors;

    constructor(bool customErrors_) {
        customErrors = customErrors_;
    }

    /// @dev Reverts unless `ok`, with `text` or with the error of selector `code`.
    function _check(bool ok, string memory text, bytes4 code) internal view {
        if (ok) return;
        if (!customErrors) revert(text);
        assembly {
            mstore(0, code)
            revert(0, 4)
        }
    }
}
