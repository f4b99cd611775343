// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAVSDirectory} from "../base/Interfaces.sol";
import {Owned} from "../base/Owned.sol";
import {SignatureWithSaltAndExpiry} from "../base/Types.sol";
import {ECDSAStakeRegistry} from "./ECDSAStakeRegistry.sol";

/// @title The service manager behind an ECDSAStakeRegistry
contract ECDSAServiceManager is Owned {
    address public immutable avsDirectory;
    address public immutable stakeRegistry;

    modifier onlyStakeRegistry() {
        require(
            msg.sender == stakeRegistry,
            "ECDSAServiceManagerBase.onlyStakeRegistry: caller is not the stakeRegistry"
        );
        _;
    }

    constructor(address avsDirectory_, address stakeRegistry_) {
        avsDirectory = avsDirectory_;
        stakeRegistry = stakeRegistry_;
    }

    function initialize() external initializer {}

    function registerOperatorToAVS(address operator, SignatureWithSaltAndExpiry calldata operatorSignature)
        external
        onlyStakeRegistry
    {
        IAVSDirectory(avsDirectory).registerOperatorToAVS(operator, operatorSignature);
    }

    function deregisterOperatorFromAVS(address operator) external onlyStakeRegistry {
        IAVSDirectory(avsDirectory).deregisterOperatorFromAVS(operator);
    }

    function getRestakeableStrategies() public view returns (address[] memory list) {
        ECDSAStakeRegistry.Quorum memory quorum = ECDSAStakeRegistry(stakeRegistry).quorum();
        list = new address[](quorum.strategies.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = quorum.strategies[i].strategy;
        }
    }

    function getOperatorRestakedStrategies(address operator) external view returns (address[] memory) {
        if (!ECDSAStakeRegistry(stakeRegistry).operatorRegistered(operator)) return new address[](0);
        return getRestakeableStrategies();
    }
}
