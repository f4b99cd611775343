// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IBLSApkRegistry, IIndexRegistry, IStakeRegistry} from "../base/Interfaces.sol";
import {Pausable} from "../base/Pausable.sol";
import {G1Point, StrategyParams} from "../base/Types.sol";
import {BitmapHistory} from "./BitmapHistory.sol";
import {PubkeyMessages} from "./PubkeyMessages.sol";

interface IQuorumSetUp {
    function initializeQuorum(uint8 quorumNumber, uint96 minimumStake, StrategyParams[] calldata params) external;
}

/// @title What the registry coordinators of both generations keep: operators, their quorums, and who may put them out
abstract contract QuorumCoordinator is Pausable, BitmapHistory, PubkeyMessages {
    struct OperatorInfo {
        bytes32 operatorId;
        uint8 status;
    }

    struct OperatorSetParam {
        uint32 maxOperatorCount;
        uint16 kickBIPsOfOperatorStake;
        uint16 kickBIPsOfTotalStake;
    }

    error BitmapEmpty();
    error AlreadyRegisteredForQuorums();
    error CannotReregisterYet();
    error MaxOperatorCountReached();
    error NotRegistered();
    error NotRegisteredForQuorum();
    error OnlyEjector();

    uint8 internal constant PAUSED_REGISTER_OPERATOR = 0;
    uint8 internal constant PAUSED_DEREGISTER_OPERATOR = 1;
    uint8 internal constant REGISTERED = 1;
    uint8 internal constant DEREGISTERED = 2;

    address public immutable stakeRegistry;
    address public immutable blsApkRegistry;
    address public immutable indexRegistry;

    uint8 public quorumCount;
    address public ejector;
    uint256 public ejectionCooldown;
    mapping(address operator => uint256 unixSeconds) public lastEjectionTimestamp;
    mapping(address operator => OperatorInfo info) internal operatorInfo;
    mapping(uint8 quorumNumber => OperatorSetParam params) internal operatorSetParams;

    event OperatorRegistered(address indexed operator, bytes32 indexed operatorId);
    event OperatorDeregistered(address indexed operator, bytes32 indexed operatorId);
    event OperatorSocketUpdate(bytes32 indexed operatorId, string socket);

    constructor(address stakeRegistry_, address blsApkRegistry_, address indexRegistry_) {
        stakeRegistry = stakeRegistry_;
        blsApkRegistry = blsApkRegistry_;
        indexRegistry = indexRegistry_;
    }

    function initialize(address ejector_) external initializer {
        ejector = ejector_;
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
            _putOut(operator, quorumNumbers);
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

    function getOperatorSetParams(uint8 quorumNumber) external view returns (OperatorSetParam memory) {
        return operatorSetParams[quorumNumber];
    }

    function setEjector(address ejector_) external onlyOwner {
        ejector = ejector_;
    }

    function setEjectionCooldown(uint256 cooldownSeconds) external onlyOwner {
        ejectionCooldown = cooldownSeconds;
    }

    /// @dev The quorum numbers as bits.
    function _parse(bytes memory quorumNumbers) internal view virtual returns (uint192);

    /// @dev Removes an operator that did not ask for it.
    function _putOut(address operator, bytes calldata quorumNumbers) internal virtual;

    /// @dev An operator has left its last quorum.
    function _leftLast(address operator) internal virtual {}

    function _setSocket(bytes32 operatorId, string memory socket) internal virtual {
        emit OperatorSocketUpdate(operatorId, socket);
    }

    /// @dev The id of an operator, whose key is registered the first time.
    function _idOf(address operator, IBLSApkRegistry.PubkeyRegistrationParams memory params)
        internal
        returns (bytes32 id)
    {
        id = IBLSApkRegistry(blsApkRegistry).getOperatorId(operator);
        if (id != 0) return id;
        G1Point memory message = pubkeyRegistrationMessageHash(operator);
        return IBLSApkRegistry(blsApkRegistry).registerBLSPublicKey(operator, params, message);
    }

    function _join(address operator, bytes32 id, bytes memory quorumNumbers) internal {
        uint192 joined = _parse(quorumNumbers);
        uint192 current = getCurrentQuorumBitmap(id);
        _check(joined != 0, "RegistryCoordinator._registerOperator: bitmap cannot be 0", BitmapEmpty.selector);
        _check(
            joined & current == 0,
            "RegistryCoordinator._registerOperator: operator already registered for some quorums being registered for",
            AlreadyRegisteredForQuorums.selector
        );
        _check(
            lastEjectionTimestamp[operator] + ejectionCooldown < block.timestamp,
            "RegistryCoordinator._registerOperator: operator cannot reregister yet",
            CannotReregisterYet.selector
        );
        _setBitmap(id, joined | current);
    }

    /// @dev Counts the key, the stake and the place of an operator in quorums that it has joined.
    function _enter(address operator, bytes32 id, bytes memory quorumNumbers) internal {
        IBLSApkRegistry(blsApkRegistry).registerOperator(operator, quorumNumbers);
        IStakeRegistry(stakeRegistry).registerOperator(operator, id, quorumNumbers);
        uint32[] memory counts = IIndexRegistry(indexRegistry).registerOperator(id, quorumNumbers);
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            _check(
                counts[i] <= operatorSetParams[uint8(quorumNumbers[i])].maxOperatorCount,
                "RegistryCoordinator.registerOperator: operator count exceeds maximum",
                MaxOperatorCountReached.selector
            );
        }
    }

    /// @dev Takes a registered operator out of quorums. @param left Their numbers as bits
    function _leave(address operator, bytes memory quorumNumbers, uint192 left) internal {
        OperatorInfo storage info = operatorInfo[operator];
        bytes32 id = info.operatorId;
        uint192 current = getCurrentQuorumBitmap(id);
        _check(
            left & ~current == 0,
            "RegistryCoordinator._deregisterOperator: operator is not registered for specified quorums",
            NotRegisteredForQuorum.selector
        );
        _setBitmap(id, current & ~left);
        if (current == left) {
            info.status = DEREGISTERED;
            _leftLast(operator);
            emit OperatorDeregistered(operator, id);
        }
        IBLSApkRegistry(blsApkRegistry).deregisterOperator(operator, quorumNumbers);
        IStakeRegistry(stakeRegistry).deregisterOperator(id, quorumNumbers);
        IIndexRegistry(indexRegistry).deregisterOperator(id, quorumNumbers);
    }

    /// @dev Makes the next quorum.
    function _addQuorum(
        OperatorSetParam calldata params,
        uint96 minimumStake,
        StrategyParams[] calldata strategies
    ) internal returns (uint8 quorum) {
        quorum = quorumCount++;
        operatorSetParams[quorum] = params;
        IIndexRegistry(indexRegistry).initializeQuorum(quorum);
        IQuorumSetUp(stakeRegistry).initializeQuorum(quorum, minimumStake, strategies);
        IBLSApkRegistry(blsApkRegistry).initializeQuorum(quorum);
    }
}
