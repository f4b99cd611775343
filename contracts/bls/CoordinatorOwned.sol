// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface IOwnable {
    function owner() external view returns (address);
}

/// @title A registry behind the registry coordinator
abstract contract CoordinatorOwned {
    error OnlyRegistryCoordinator();
    error OnlyRegistryCoordinatorOwner();

    address public immutable registryCoordinator;

    constructor(address registryCoordinator_) {
        registryCoordinator = registryCoordinator_;
    }

    modifier onlyRegistryCoordinator() {
        if (msg.sender != registryCoordinator) revert OnlyRegistryCoordinator();
        _;
    }

    modifier onlyCoordinatorOwner() {
        if (msg.sender != IOwnable(registryCoordinator).owner()) revert OnlyRegistryCoordinatorOwner();
        _;
    }
}
