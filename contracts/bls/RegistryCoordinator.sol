// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmaps} from "../base/Bitmaps.sol";
import {Failing} from "../base/Failing.sol";
import {IBLSApkRegistry, IIndexRegistry, IServiceManager, IStakeRegistry} from "../base/Interfaces.sol";
import {Pausable} from "../base/Pausable.sol";
import {G1Point, SignatureWithSaltAndExpiry, StrategyParams} from "../base/Types.sol";
import {BitmapHistory} from "./BitmapHistory.sol";
import {CoordinatorErrors} from "./CoordinatorErrors.sol";
import {PubkeyMessages} from "./PubkeyMessages.sol";

interface IQuorumSetUp {
    function initializeQuorum(uint8 quorumNumber, uint96 minimumStake, StrategyParams[] calldata params) external;
}

/// @title The BLS registry coordinator of M2, where operators come and go
contract RegistryCoordinator is Pausable, BitmapHistory, PubkeyMessages, CoordinatorErrors {
    struct Registries {
        address serviceManager;
        address stakeRegistry;
        address blsApkRegistry;
        address indexRegistry;
    }

    struct OperatorInfo {
        bytes32 operatorId;
        uint8 status;
    }

    struct OperatorSetParam {
        uint32 maxOperatorCount;
        uint16 kickBIPsOfOperatorStake;
        uint16 kickBIPsOfTotalStake;
    }

    uint8 private constant PAUSED_REGISTER_OPERATOR = 0;
    uint8 private constant PAUSED_DEREGISTER_OPERATOR = 1;
    uint8 private constant REGISTERED = 1;
    uint8 private constant DEREGISTERED = 2;

    address public immutable serviceManager;
    address public immutable stakeRegistry;
    address public immutable blsApkRegistry;
    address public immutable indexRegistry;

    uint8 public quorumCount;
    address public ejector;
    address public churnApprover;
    uint256 public ejectionCooldown;
    mapping(address operator => uint256 unixSeconds) public lastEjectionTimestamp;
    mapping(address operator => OperatorInfo info) private operatorInfo;
    mapping(uint8 quorumNumber => uint256 blockNumber) public quorumUpdateBlockNumber;
    mapping(uint8 quorumNumber => OperatorSetParam params) private operatorSetParams;

    event OperatorRegistered(address indexed operator, bytes32 indexed operatorId);
    event OperatorDeregistered(address indexed operator, bytes32 indexed operatorId);
    event OperatorSocketUpdate(bytes32 indexed operatorId, string socket);
    event QuorumBlockNumberUpdated(uint8 indexed quorumNumber, uint256 blocknumber);

    constructor(Registries memory registries, bool customErrors) Failing(customErrors) {
        serviceManager = registries.serviceManager;
        stakeRegistry = registries.stakeRegistry;
        blsApkRegistry = registries.blsApkRegistry;
        indexRegistry = registries.indexRegistry;
    }

    function initialize(address ejector_) external initializer {
        ejector = ejector_;
    }

    /// @notice Registers the sender for quorums; its key too, the first time.
    function registerOperator(
        bytes calldata quorumNumbers,
        string calldata socket,
        IBLSApkRegistry.PubkeyRegistrationParams calldata params,
        SignatureWithSaltAndExpiry calldata operatorSignature
    ) external whenNotPaused(PAUSED_REGISTER_OPERATOR) {
        _beforeRegistration(quorumNumbers);
        bytes32 id = IBLSApkRegistry(blsApkRegistry).getOperatorId(msg.sender);
        if (id == 0) {
            G1Point memory message = pubkeyRegistrationMessageHash(msg.sender);
            id = IBLSApkRegistry(blsApkRegistry).registerBLSPublicKey(msg.sender, params, message);
        }
        _joinQuorums(id, quorumNumbers);
        _setSocket(id, socket);
        if (operatorInfo[msg.sender].status != REGISTERED) {
            operatorInfo[msg.sender] = OperatorInfo(id, REGISTERED);
            IServiceManager(serviceManager).registerOperatorToAVS(msg.sender, operatorSignature);
            emit OperatorRegistered(msg.sender, id);
        }
        IBLSApkRegistry(blsApkRegistry).registerOperator(msg.sender, quorumNumbers);
        IStakeRegistry(stakeRegistry).registerOperator(msg.sender, id, quorumNumbers);
        _checkCounts(quorumNumbers, IIndexRegistry(indexRegistry).registerOperator(id, quorumNumbers));
    }

    function deregisterOperator(bytes calldata quorumNumbers) external whenNotPaused(PAUSED_DEREGISTER_OPERATOR) {
        _deregister(msg.sender, quorumNumbers);
    }

    function updateSocket(string calldata socket) external {
        _check(
            operatorInfo[msg.sender].status == REGISTERED,
            "RegistryCoordinator.updateSocket: operator is not registered",
            NotRegistered.selector
        );
        _setSocket(operatorInfo[msg.sender].operatorId, socket);
    }

    /// @notice Removes an operator from those of the quorums it is in; it has to wait before it may come back.
    function ejectOperator(address operator, bytes calldata quorumNumbers) external {
        _check(
            msg.sender == ejector,
            "RegistryCoordinator.onlyEjector: caller is not the ejector",
            OnlyEjector.selector
        );
        lastEjectionTimestamp[operator] = block.timestamp;
        uint256 bits = _parse(quorumNumbers);
        uint256 current = getCurrentQuorumBitmap(operatorInfo[operator].operatorId);
        if (operatorInfo[operator].status == REGISTERED && bits != 0 && bits & ~current == 0) {
            _deregister(operator, quorumNumbers);
        }
    }

    /// @notice Weighs operators again; those below a quorum's minimum have to leave it.
    function updateOperators(address[] calldata list) external {
        for (uint256 i = 0; i < list.length; ++i) {
            bytes32 id = operatorInfo[list[i]].operatorId;
            _update(list[i], Bitmaps.toBytes(getCurrentQuorumBitmap(id)));
        }
    }

    /// @notice Weighs all operators of quorums again, each list in ascending order.
    function updateOperatorsForQuorum(address[][] calldata lists, bytes calldata quorumNumbers) external {
        _parse(quorumNumbers);
        _check(
            lists.length == quorumNumbers.length,
            "RegistryCoordinator.updateOperatorsForQuorum: input length mismatch",
            InputLengthMismatch.selector
        );
        for (uint256 i = 0; i < lists.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            _check(
                lists[i].length == IIndexRegistry(indexRegistry).totalOperatorsForQuorum(quorum),
                "RegistryCoordinator.updateOperatorsForQuorum: number of updated operators does not match quorum total",
                QuorumOperatorCountMismatch.selector
            );
            _updateAll(lists[i], quorum);
            quorumUpdateBlockNumber[quorum] = block.number;
            emit QuorumBlockNumberUpdated(quorum, block.number);
        }
    }

    function getOperator(address operator) external view returns (OperatorInfo memory) {
        return operatorInfo[operator];
    }

    function getOperatorStatus(address operator) external view returns (uint8) {
        return operatorInfo[operator].status;
    }

    function getOperatorId(address operator) external view returns (bytes32) {
        return operatorInfo[operator].operatorId;
    }

    function getOperatorFromId(bytes32 operatorId) external view returns (address) {
        return IBLSApkRegistry(blsApkRegistry).pubkeyHashToOperator(operatorId);
    }

    function getOperatorSetParams(uint8 quorumNumber) external view returns (OperatorSetParam memory) {
        return operatorSetParams[quorumNumber];
    }

    function createQuorum(OperatorSetParam calldata params, uint96 minimumStake, StrategyParams[] calldata strategies)
        external
        onlyOwner
    {
        uint8 quorum = quorumCount++;
        operatorSetParams[quorum] = params;
        IIndexRegistry(indexRegistry).initializeQuorum(quorum);
        IQuorumSetUp(stakeRegistry).initializeQuorum(quorum, minimumStake, strategies);
        IBLSApkRegistry(blsApkRegistry).initializeQuorum(quorum);
    }

    function setOperatorSetParams(uint8 quorumNumber, OperatorSetParam calldata params) external onlyOwner {
        operatorSetParams[quorumNumber] = params;
    }

    function setEjector(address ejector_) external onlyOwner {
        ejector = ejector_;
    }

    function setEjectionCooldown(uint256 cooldownSeconds) external onlyOwner {
        ejectionCooldown = cooldownSeconds;
    }

    /// @dev What later generations ask first.
    function _beforeRegistration(bytes calldata quorumNumbers) internal view virtual {}

    function _setSocket(bytes32 operatorId, string calldata socket) internal virtual {
        emit OperatorSocketUpdate(operatorId, socket);
    }

    function _parse(bytes memory quorumNumbers) internal view returns (uint192) {
        (bool ordered, uint256 bits) = Bitmaps.tryParse(quorumNumbers);
        _check(
            ordered,
            "BitmapUtils.orderedBytesArrayToBitmap: orderedBytesArray is not ordered",
            BytesArrayNotOrdered.selector
        );
        _check(
            bits >> quorumCount == 0,
            "BitmapUtils.orderedBytesArrayToBitmap: bitmap exceeds max value",
            BitmapValueTooLarge.selector
        );
        return uint192(bits);
    }

    function _joinQuorums(bytes32 id, bytes calldata quorumNumbers) private {
        uint192 joined = _parse(quorumNumbers);
        uint192 current = getCurrentQuorumBitmap(id);
        _check(
            joined != 0, "RegistryCoordinator._registerOperator: bitmap cannot be 0", BitmapEmpty.selector
        );
        _check(
            joined & current == 0,
            "RegistryCoordinator._registerOperator: operator already registered for some quorums being registered for",
            AlreadyRegisteredForQuorums.selector
        );
        _check(
            lastEjectionTimestamp[msg.sender] + ejectionCooldown < block.timestamp,
            "RegistryCoordinator._registerOperator: operator cannot reregister yet",
            CannotReregisterYet.selector
        );
        _setBitmap(id, joined | current);
    }

    function _updateAll(address[] calldata list, uint8 quorum) private {
        for (uint256 i = 0; i < list.length; ++i) {
            _check(
                (getCurrentQuorumBitmap(operatorInfo[list[i]].operatorId) >> quorum) & 1 == 1,
                "RegistryCoordinator.updateOperatorsForQuorum: operator not in quorum",
                NotRegisteredForQuorum.selector
            );
            _check(
                i == 0 || list[i] > list[i - 1],
                "RegistryCoordinator.updateOperatorsForQuorum: operators array must be sorted in ascending address order",
                NotSorted.selector
            );
            _update(list[i], abi.encodePacked(quorum));
        }
    }

    function _update(address operator, bytes memory numbers) private {
        if (operatorInfo[operator].status != REGISTERED) return;
        bytes32 id = operatorInfo[operator].operatorId;
        uint256 lost = IStakeRegistry(stakeRegistry).updateOperatorStake(operator, id, numbers);
        if (lost != 0) _deregister(operator, Bitmaps.toBytes(lost));
    }

    function _checkCounts(bytes calldata quorumNumbers, uint32[] memory counts) private view {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            _check(
                counts[i] <= operatorSetParams[uint8(quorumNumbers[i])].maxOperatorCount,
                "RegistryCoordinator.registerOperator: operator count exceeds maximum",
                MaxOperatorCountReached.selector
            );
        }
    }

    function _deregister(address operator, bytes memory quorumNumbers) private {
        OperatorInfo storage info = operatorInfo[operator];
        _check(
            info.status == REGISTERED,
            "RegistryCoordinator._deregisterOperator: operator is not registered",
            NotRegistered.selector
        );
        bytes32 id = info.operatorId;
        uint192 left = _parse(quorumNumbers);
        uint192 current = getCurrentQuorumBitmap(id);
        _check(left != 0, "RegistryCoordinator._deregisterOperator: bitmap cannot be 0", BitmapEmpty.selector);
        _check(
            left & ~current == 0,
            "RegistryCoordinator._deregisterOperator: operator is not registered for specified quorums",
            NotRegisteredForQuorum.selector
        );
        _setBitmap(id, current & ~left);
        if (current == left) {
            info.status = DEREGISTERED;
            IServiceManager(serviceManager).deregisterOperatorFromAVS(operator);
            emit OperatorDeregistered(operator, id);
        }
        IBLSApkRegistry(blsApkRegistry).deregisterOperator(operator, quorumNumbers);
        IStakeRegistry(stakeRegistry).deregisterOperator(id, quorumNumbers);
        IIndexRegistry(indexRegistry).deregisterOperator(id, quorumNumbers);
    }
}
