// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDelegation, IServiceManager} from "../base/Interfaces.sol";
import {Owned} from "../base/Owned.sol";
import {SignatureWithSaltAndExpiry, StrategyParams} from "../base/Types.sol";

/// @title What the three generations of ECDSAStakeRegistry share
/// @notice A weight below the minimum is recorded as 0, not refused. There is no getter for the service manager.
abstract contract ECDSAStakeRegistry is Owned {
    struct Quorum {
        StrategyParams[] strategies;
    }

    error OperatorAlreadyRegistered();
    error OperatorNotRegistered();
    error InvalidQuorum();

    uint256 private constant BASIS_POINTS = 10_000;

    address private immutable delegation;
    address private immutable serviceManager;

    Quorum private strategiesOfQuorum;
    uint256 public minimumWeight;
    uint256 public getLastCheckpointTotalWeight;
    uint256 public getLastCheckpointThresholdWeight;
    mapping(address operator => bool registered) public operatorRegistered;
    mapping(address operator => uint256 weight) public getLastCheckpointOperatorWeight;

    event OperatorRegistered(address indexed operator, address indexed avs);
    event OperatorDeregistered(address indexed operator, address indexed avs);
    event OperatorWeightUpdated(address indexed operator, uint256 oldWeight, uint256 newWeight);
    event MinimumWeightUpdated(uint256 oldMinimumWeight, uint256 newMinimumWeight);

    constructor(address delegation_, address serviceManager_) {
        delegation = delegation_;
        serviceManager = serviceManager_;
    }

    /// @param strategies Their multipliers make 10000 together.
    function initialize(uint256 thresholdWeight, StrategyParams[] calldata strategies) external initializer {
        uint256 sum;
        for (uint256 i = 0; i < strategies.length; ++i) {
            strategiesOfQuorum.strategies.push(strategies[i]);
            sum += strategies[i].multiplier;
        }
        if (sum != BASIS_POINTS) revert InvalidQuorum();
        getLastCheckpointThresholdWeight = thresholdWeight;
    }

    function quorum() external view returns (Quorum memory) {
        return strategiesOfQuorum;
    }

    function getOperatorWeight(address operator) public view returns (uint256) {
        StrategyParams[] storage list = strategiesOfQuorum.strategies;
        uint256 weight;
        for (uint256 i = 0; i < list.length; ++i) {
            weight += IDelegation(delegation).operatorShares(operator, list[i].strategy) * list[i].multiplier;
        }
        weight /= BASIS_POINTS;
        return weight >= minimumWeight ? weight : 0;
    }

    function updateOperators(address[] calldata list) external {
        for (uint256 i = 0; i < list.length; ++i) {
            _record(list[i], operatorRegistered[list[i]] ? getOperatorWeight(list[i]) : 0);
        }
    }

    function updateMinimumWeight(uint256 newMinimumWeight, address[] calldata operators) external onlyOwner {
        emit MinimumWeightUpdated(minimumWeight, newMinimumWeight);
        minimumWeight = newMinimumWeight;
        for (uint256 i = 0; i < operators.length; ++i) {
            _record(operators[i], operatorRegistered[operators[i]] ? getOperatorWeight(operators[i]) : 0);
        }
    }

    function _register(address operator, SignatureWithSaltAndExpiry calldata operatorSignature) internal {
        if (operatorRegistered[operator]) revert OperatorAlreadyRegistered();
        operatorRegistered[operator] = true;
        _record(operator, getOperatorWeight(operator));
        IServiceManager(serviceManager).registerOperatorToAVS(operator, operatorSignature);
        emit OperatorRegistered(operator, serviceManager);
    }

    function _deregister(address operator) internal {
        if (!operatorRegistered[operator]) revert OperatorNotRegistered();
        operatorRegistered[operator] = false;
        _record(operator, 0);
        IServiceManager(serviceManager).deregisterOperatorFromAVS(operator);
        emit OperatorDeregistered(operator, serviceManager);
    }

    function _record(address operator, uint256 weight) private {
        uint256 previous = getLastCheckpointOperatorWeight[operator];
        getLastCheckpointOperatorWeight[operator] = weight;
        getLastCheckpointTotalWeight = getLastCheckpointTotalWeight - previous + weight;
        emit OperatorWeightUpdated(operator, previous, weight);
    }
}
