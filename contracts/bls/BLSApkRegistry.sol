// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {BN254} from "../base/BN254.sol";
import {Failing} from "../base/Failing.sol";
import {IBLSApkRegistry} from "../base/Interfaces.sol";
import {G1Point, G2Point} from "../base/Types.sol";
import {CoordinatorOwned} from "./CoordinatorOwned.sol";
import {Entry, History} from "./History.sol";

/// @title BN254 keys of operators, and their sum per quorum
contract BLSApkRegistry is CoordinatorOwned, Failing {
    using BN254 for G1Point;
    using History for Entry[];

    error ZeroPubKey();
    error OperatorAlreadyRegistered();
    error BLSPubkeyAlreadyRegistered();
    error InvalidBLSSignatureOrPrivateKey();
    error OperatorNotRegistered();

    mapping(address operator => bytes32 pubkeyHash) public operatorToPubkeyHash;
    mapping(bytes32 pubkeyHash => address operator) public pubkeyHashToOperator;
    mapping(address operator => G1Point key) public operatorToPubkey;
    mapping(uint8 quorumNumber => G1Point sum) public currentApk;
    /// @dev The hash of each quorum's sum.
    mapping(uint8 quorumNumber => Entry[] entries) private hashes;

    event NewPubkeyRegistration(address indexed operator, G1Point pubkeyG1, G2Point pubkeyG2);
    event OperatorAddedToQuorums(address operator, bytes32 operatorId, bytes quorumNumbers);
    event OperatorRemovedFromQuorums(address operator, bytes32 operatorId, bytes quorumNumbers);

    constructor(address registryCoordinator_, bool customErrors)
        CoordinatorOwned(registryCoordinator_)
        Failing(customErrors)
    {}

    function initializeQuorum(uint8 quorumNumber) external onlyRegistryCoordinator {
        require(hashes[quorumNumber].length == 0, "BLSApkRegistry.initializeQuorum: quorum already exists");
        hashes[quorumNumber].record(0);
    }

    /// @notice Registers a key whose secret signed `message`; an operator has one, for ever.
    function registerBLSPublicKey(
        address operator,
        IBLSApkRegistry.PubkeyRegistrationParams calldata params,
        G1Point calldata message
    ) external onlyRegistryCoordinator returns (bytes32 operatorId) {
        operatorId = BN254.hashOf(params.pubkeyG1);
        _check(
            operatorId != BN254.hashOf(G1Point(0, 0)),
            "BLSApkRegistry.registerBLSPublicKey: cannot register zero pubkey",
            ZeroPubKey.selector
        );
        _check(
            operatorToPubkeyHash[operator] == 0,
            "BLSApkRegistry.registerBLSPublicKey: operator already registered pubkey",
            OperatorAlreadyRegistered.selector
        );
        _check(
            pubkeyHashToOperator[operatorId] == address(0),
            "BLSApkRegistry.registerBLSPublicKey: public key already registered",
            BLSPubkeyAlreadyRegistered.selector
        );
        _check(
            BN254.provesKey(params.pubkeyRegistrationSignature, params.pubkeyG1, params.pubkeyG2, message),
            "BLSApkRegistry.registerBLSPublicKey: either the G1 signature is wrong, or G1 and G2 private key do not match",
            InvalidBLSSignatureOrPrivateKey.selector
        );
        operatorToPubkey[operator] = params.pubkeyG1;
        operatorToPubkeyHash[operator] = operatorId;
        pubkeyHashToOperator[operatorId] = operator;
        emit NewPubkeyRegistration(operator, params.pubkeyG1, params.pubkeyG2);
    }

    function registerOperator(address operator, bytes calldata quorumNumbers) external onlyRegistryCoordinator {
        (G1Point memory key, bytes32 id) = getRegisteredPubkey(operator);
        _addToSums(quorumNumbers, key);
        emit OperatorAddedToQuorums(operator, id, quorumNumbers);
    }

    function deregisterOperator(address operator, bytes calldata quorumNumbers) external onlyRegistryCoordinator {
        (G1Point memory key, bytes32 id) = getRegisteredPubkey(operator);
        _addToSums(quorumNumbers, key.negate());
        emit OperatorRemovedFromQuorums(operator, id, quorumNumbers);
    }

    function getOperatorId(address operator) external view returns (bytes32) {
        return operatorToPubkeyHash[operator];
    }

    function getOperatorFromPubkeyHash(bytes32 pubkeyHash) external view returns (address) {
        return pubkeyHashToOperator[pubkeyHash];
    }

    function getApk(uint8 quorumNumber) external view returns (G1Point memory) {
        return currentApk[quorumNumber];
    }

    function getApkHistoryLength(uint8 quorumNumber) external view returns (uint32) {
        return uint32(hashes[quorumNumber].length);
    }

    function apkHistory(uint8 quorumNumber, uint256 index)
        external
        view
        returns (bytes24 apkHash, uint32 updateBlockNumber, uint32 nextUpdateBlockNumber)
    {
        Entry memory entry = hashes[quorumNumber][index];
        return (bytes24(entry.value), entry.fromBlock, entry.untilBlock);
    }

    /// @notice The entry of each quorum that counted at a block.
    function getApkIndicesAtBlockNumber(bytes calldata quorumNumbers, uint256 blockNumber)
        external
        view
        returns (uint32[] memory indices)
    {
        indices = new uint32[](quorumNumbers.length);
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            indices[i] = hashes[uint8(quorumNumbers[i])].indexAt(
                blockNumber, "BLSApkRegistry.getApkIndicesAtBlockNumber: blockNumber is before the first update"
            );
        }
    }

    function getApkHashAtBlockNumberAndIndex(uint8 quorumNumber, uint32 blockNumber, uint256 index)
        external
        view
        returns (bytes24)
    {
        uint192 hash = hashes[quorumNumber].valueAt(
            blockNumber,
            index,
            "BLSApkRegistry._validateApkHashAtBlockNumber: index too recent",
            "BLSApkRegistry._validateApkHashAtBlockNumber: not latest apk update"
        );
        return bytes24(hash);
    }

    function getRegisteredPubkey(address operator) public view returns (G1Point memory, bytes32) {
        bytes32 pubkeyHash = operatorToPubkeyHash[operator];
        _check(
            pubkeyHash != 0,
            "BLSApkRegistry.getRegisteredPubkey: operator is not registered",
            OperatorNotRegistered.selector
        );
        return (operatorToPubkey[operator], pubkeyHash);
    }

    function _addToSums(bytes calldata quorumNumbers, G1Point memory key) private {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            G1Point memory sum = BN254.add(currentApk[quorum], key);
            currentApk[quorum] = sum;
            hashes[quorum].record(uint192(bytes24(BN254.hashOf(sum))));
        }
    }
}
