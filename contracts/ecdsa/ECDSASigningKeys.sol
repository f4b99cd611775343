// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ECDSAStakeRegistry} from "./ECDSAStakeRegistry.sol";

/// @title Registries since the second generation: an operator signs tasks with a key of its choice
abstract contract ECDSASigningKeys is ECDSAStakeRegistry {
    mapping(address operator => address key) internal signingKeys;

    event SigningKeyUpdate(
        address indexed operator, uint256 indexed updateBlock, address indexed newSigningKey, address oldSigningKey
    );

    function updateOperatorSigningKey(address newSigningKey) external {
        if (!operatorRegistered[msg.sender]) revert OperatorNotRegistered();
        _setKey(newSigningKey);
    }

    function _setKey(address key) internal {
        address previous = signingKeys[msg.sender];
        if (key == previous) return;
        signingKeys[msg.sender] = key;
        emit SigningKeyUpdate(msg.sender, block.number, key, previous);
    }
}
