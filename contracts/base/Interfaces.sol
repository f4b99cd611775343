// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {G1Point, G2Point, OperatorSet, SignatureWithSaltAndExpiry} from "./Types.sol";

/*
 * What the contracts of the devnet ask each other.
 */

interface IDelegation {
    function isOperator(address operator) external view returns (bool);
    function operatorShares(address operator, address strategy) external view returns (uint256);
    function slashOperatorShares(
        address operator,
        OperatorSet calldata operatorSet,
        uint256 slashId,
        address strategy,
        uint64 previousMaxMagnitude,
        uint64 maxMagnitude
    ) external returns (uint256 shares);
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
    function registerOperator(address operator, bytes calldata quorumNumbers) external;
    function deregisterOperator(address operator, bytes calldata quorumNumbers) external;
    function pubkeyHashToOperator(bytes32 pubkeyHash) external view returns (address);
}

interface IStakeRegistry {
    function registerOperator(address operator, bytes32 operatorId, bytes calldata quorumNumbers) external;
    function deregisterOperator(bytes32 operatorId, bytes calldata quorumNumbers) external;
    function updateOperatorStake(address operator, bytes32 operatorId, bytes calldata quorumNumbers)
        external
        returns (uint256 quorumsToRemove);
    function strategyParamsLength(uint8 quorumNumber) external view returns (uint256);
    function strategyOf(uint8 quorumNumber, uint256 index) external view returns (address);
}

interface IIndexRegistry {
    function registerOperator(bytes calldata quorumNumbers) external returns (uint32[] memory counts);
    function deregisterOperator(bytes calldata quorumNumbers) external;
}

interface ISocketRegistry {
    function setOperatorSocket(bytes32 operatorId, string calldata socket) external;
}

interface IQuorums {
    function quorumCount() external view returns (uint8);
    function getOperatorId(address operator) external view returns (bytes32);
    function getCurrentQuorumBitmap(bytes32 operatorId) external view returns (uint192);
}
