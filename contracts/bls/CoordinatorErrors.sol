// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Why a registry coordinator of middleware v1.x refuses what one of operator sets has no function for
abstract contract CoordinatorErrors {
    error BytesArrayNotOrdered();
    error BitmapValueTooLarge();
    error InputLengthMismatch();
    error QuorumOperatorCountMismatch();
    error NotSorted();
}
