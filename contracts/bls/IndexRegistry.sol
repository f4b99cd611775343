// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {CoordinatorOwned} from "./CoordinatorOwned.sol";

/// @title How many operators each quorum has
contract IndexRegistry is CoordinatorOwned {
    mapping(uint8 quorumNumber => uint32 count) public totalOperatorsForQuorum;

    constructor(address registryCoordinator_) CoordinatorOwned(registryCoordinator_) {}

    /// @return counts How many each of the quorums has now.
    function registerOperator(bytes calldata quorumNumbers)
        external
        onlyRegistryCoordinator
        returns (uint32[] memory counts)
    {
        counts = new uint32[](quorumNumbers.length);
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            counts[i] = ++totalOperatorsForQuorum[uint8(quorumNumbers[i])];
        }
    }

    function deregisterOperator(bytes calldata quorumNumbers) external onlyRegistryCoordinator {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            --totalOperatorsForQuorum[uint8(quorumNumbers[i])];
        }
    }
}
