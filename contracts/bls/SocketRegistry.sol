// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {CoordinatorOwned} from "./CoordinatorOwned.sol";

/// @title Where operators are reached: kept on chain since middleware v1.x
contract SocketRegistry is CoordinatorOwned {
    mapping(bytes32 operatorId => string socket) public getOperatorSocket;

    constructor(address registryCoordinator_) CoordinatorOwned(registryCoordinator_) {}

    function setOperatorSocket(bytes32 operatorId, string calldata socket) external onlyRegistryCoordinator {
        getOperatorSocket[operatorId] = socket;
    }
}
