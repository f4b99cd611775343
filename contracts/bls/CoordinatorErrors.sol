// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Why a registry coordinator of middleware v1.x refuses
abstract contract CoordinatorErrors {
    error BytesArrayNotOrdered();
    error BitmapValueTooLarge();
    error BitmapEmpty();
    error AlreadyRegisteredForQuorums();
    error CannotReregisterYet();
    error MaxOperatorCountReached();
    error NotRegistered();
    error NotRegisteredForQuorum();
    error OnlyEjector();
    error InputLengthMismatch();
    error QuorumOperatorCountMismatch();
    error NotSorted();
}
