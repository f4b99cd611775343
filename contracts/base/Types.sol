// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice An operator's EIP-712 signature for an AVS, as AVSDirectory takes it.
struct SignatureWithSaltAndExpiry {
    bytes signature;
    bytes32 salt;
    uint256 expiry;
}

/// @notice A set of operators of an AVS.
struct OperatorSet {
    address avs;
    uint32 id;
}

/// @notice What one share of a strategy weighs.
struct StrategyParams {
    address strategy;
    uint96 multiplier;
}

/// @notice A point of BN254 over the base field.
struct G1Point {
    uint256 X;
    uint256 Y;
}

/// @notice A point of BN254 over the quadratic extension, the imaginary part of each coordinate first (EIP-197).
struct G2Point {
    uint256[2] X;
    uint256[2] Y;
}
