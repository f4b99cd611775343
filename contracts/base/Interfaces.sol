// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {G1Point, G2Point, OperatorSet, SignatureWithSaltAndExpiry} from "./Types.sol";

/*
 * What the contracts of the devnet ask each other.
 */

interface IDelegation {
    function isOperator(address operator) external view returns (bool);
    function operatorShares(address operator, address strategy) external view returns (uint256);
    function minWithdrawalDelayBlocks() external view returns (uint32);
    function slashOperatorShares(
        address operator,
        OperatorSet calldata operatorSet,
        uint256 slashId,
        address strategy,
        uint64 previousMaxMagnitude,
        uint64 maxMagnitude
    ) external returns (uint256 shares);
}

interface IOperatorSets {
    function getOperatorSetCount(address avs) external view returns (uint256);
    function isOperatorSet(OperatorSet calldata operatorSet) external view returns (bool);
}

interface IStrategyManager {
    function increaseBurnOrRedistributableShares(
        OperatorSet calldata operatorSet,
        uint256 slashId,
        address strategy,
        uint256 shares
    ) external;
}

interface IAllocationDelays {
    function setAllocationDelay(address operator, uint32 delay) external;
}

interface IAVSDirectory {
    function registerOperatorToAVS(address operator, SignatureWithSaltAndExpiry calldata operatorSignature) external;
    function deregisterOperatorFromAVS(address operator) external;
}

interface IServiceManager {
    function registerOperatorToAVS(address operator, SignatureWithSaltAndExpiry calldata operatorSignature) external;
    function deregisterOperatorFromAVS(address operator) external;
}

interface IPermissions {
    function canCall(address account, address caller, address target, bytes4 selector) external view returns (bool);
}

interface IAVSRegistrar {
    function supportsAVS(address avs) external view returns (bool);
    function registerOperator(address operator, address avs, uint32[] calldata operatorSetIds, bytes calldata data)
        external;
    function deregisterOperator(address operator, address avs, uint32[] calldata operatorSetIds) external;
}

interface IKeys {
    function isRegistered(OperatorSet calldata operatorSet, address operator) external view returns (bool);
}

interface IBLSApkRegistry {
    struct PubkeyRegistrationParams {
        G1Point pubkeyRegistrationSignature;
        G1Point pubkeyG1;
        G2Point pubkeyG2;
    }

    function getOperatorId(address operator) external view returns (bytes32);
    function registerBLSPublicKey(
        address operator,
        PubkeyRegistrationParams calldata params,
        G1Point calldata message
    ) external returns (bytes32 operatorId);
    function initializeQuorum(uint8 quorumNumber) external;
    function registerOperator(address operator, bytes calldata quorumNumbers) external;
    function deregisterOperator(address operator, bytes calldata quorumNumbers) external;
    function pubkeyHashToOperator(bytes32 pubkeyHash) external view returns (address);
    function getApkHashAtBlockNumberAndIndex(uint8 quorumNumber, uint32 blockNumber, uint256 index)
        external
        view
        returns (bytes24);
}

interface IStakeRegistry {
    function registerOperator(address operator, bytes32 operatorId, bytes calldata quorumNumbers) external;
    function deregisterOperator(bytes32 operatorId, bytes calldata quorumNumbers) external;
    function updateOperatorStake(address operator, bytes32 operatorId, bytes calldata quorumNumbers)
        external
        returns (uint256 quorumsToRemove);
    function strategyParamsLength(uint8 quorumNumber) external view returns (uint256);
    function strategyOf(uint8 quorumNumber, uint256 index) external view returns (address);
    function delegation() external view returns (address);
    function getStakeAtBlockNumberAndIndex(
        uint8 quorumNumber,
        uint32 blockNumber,
        bytes32 operatorId,
        uint256 index
    ) external view returns (uint96);
    function getTotalStakeAtBlockNumberFromIndex(uint8 quorumNumber, uint32 blockNumber, uint256 index)
        external
        view
        returns (uint96);
}

interface IIndexRegistry {
    function initializeQuorum(uint8 quorumNumber) external;
    function registerOperator(bytes32 operatorId, bytes calldata quorumNumbers)
        external
        returns (uint32[] memory numOperators);
    function deregisterOperator(bytes32 operatorId, bytes calldata quorumNumbers) external;
    function totalOperatorsForQuorum(uint8 quorumNumber) external view returns (uint32);
}

interface ISocketRegistry {
    function setOperatorSocket(bytes32 operatorId, string calldata socket) external;
}

/// @notice What a checker of signatures asks a registry coordinator.
interface ICheckedRegistry {
    function owner() external view returns (address);
    function quorumCount() external view returns (uint8);
    function stakeRegistry() external view returns (address);
    function blsApkRegistry() external view returns (address);
    function quorumUpdateBlockNumber(uint8 quorumNumber) external view returns (uint256);
    function getQuorumBitmapAtBlockNumberByIndex(bytes32 operatorId, uint32 blockNumber, uint256 index)
        external
        view
        returns (uint192);
}

interface IQuorums {
    function quorumCount() external view returns (uint8);
    function getOperatorId(address operator) external view returns (bytes32);
    function getCurrentQuorumBitmap(bytes32 operatorId) external view returns (uint192);
}
