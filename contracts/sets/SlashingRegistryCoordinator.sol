// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmaps} from "../base/Bitmaps.sol";
import {BN254} from "../base/BN254.sol";
import {Failing} from "../base/Failing.sol";
import {
    IAVSRegistrar,
    IBLSApkRegistry,
    IIndexRegistry,
    ISocketRegistry,
    IStakeRegistry
} from "../base/Interfaces.sol";
import {Pausable} from "../base/Pausable.sol";
import {G1Point, StrategyParams} from "../base/Types.sol";
import {BitmapHistory} from "../bls/BitmapHistory.sol";

interface ISetMaker {
    struct CreateSetParams {
        uint32 operatorSetId;
        address[] strategies;
    }

    struct DeregisterParams {
        address operator;
        address avs;
        uint32[] operatorSetIds;
    }

    function createOperatorSets(address avs, CreateSetParams[] calldata params) external;
    function deregisterFromOperatorSets(DeregisterParams calldata params) external;
}

interface IQuorumMaker {
    function initializeQuorum(uint8 quorumNumber, uint96 minimumStake, StrategyParams[] calldata params) external;
}

/// @title The registrar of an AVS whose operator sets are quorums with stake, places and BLS keys
/// @notice Follows the ABI of middleware v1.x. The AVS appoints it to make sets and to put operators out.
contract SlashingRegistryCoordinator is Pausable, BitmapHistory, IAVSRegistrar {
    enum RegistrationType {
        NORMAL,
        CHURN
    }

    struct Registries {
        address avs;
        address allocationManager;
        address stakeRegistry;
        address blsApkRegistry;
        address indexRegistry;
        address socketRegistry;
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

    error OnlyAllocationManager();
    error OnlyEjector();
    error InvalidAVS();
    error InvalidRegistrationType();
    error BitmapEmpty();
    error AlreadyRegisteredForQuorums();
    error CannotReregisterYet();
    error MaxOperatorCountReached();
    error OperatorNotRegistered();
    error NotRegistered();
    error NotRegisteredForQuorum();
    error QuorumDoesNotExist();

    bytes32 public constant PUBKEY_REGISTRATION_TYPEHASH = keccak256("BN254PubkeyRegistration(address operator)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    uint8 private constant PAUSED_REGISTER_OPERATOR = 0;
    uint8 private constant PAUSED_DEREGISTER_OPERATOR = 1;
    uint8 private constant REGISTERED = 1;
    uint8 private constant DEREGISTERED = 2;

    address public immutable avs;
    address public immutable allocationManager;
    address public immutable stakeRegistry;
    address public immutable blsApkRegistry;
    address public immutable indexRegistry;
    address public immutable socketRegistry;

    uint8 public quorumCount;
    address public ejector;
    uint256 public ejectionCooldown;
    mapping(address operator => uint256 unixSeconds) public lastEjectionTimestamp;
    mapping(address operator => OperatorInfo info) private operatorInfo;
    mapping(uint8 quorumNumber => OperatorSetParam params) private operatorSetParams;

    event OperatorRegistered(address indexed operator, bytes32 indexed operatorId);
    event OperatorDeregistered(address indexed operator, bytes32 indexed operatorId);
    event OperatorSocketUpdate(bytes32 indexed operatorId, string socket);

    modifier onlyAllocationManager() {
        if (msg.sender != allocationManager) revert OnlyAllocationManager();
        _;
    }

    constructor(Registries memory registries) Failing(true) {
        avs = registries.avs;
        allocationManager = registries.allocationManager;
        stakeRegistry = registries.stakeRegistry;
        blsApkRegistry = registries.blsApkRegistry;
        indexRegistry = registries.indexRegistry;
        socketRegistry = registries.socketRegistry;
    }

    function initialize(address ejector_) external initializer {
        ejector = ejector_;
    }

    function supportsAVS(address avs_) external view returns (bool) {
        return avs_ == avs;
    }

    /// @param data abi.encode(RegistrationType, string socket, PubkeyRegistrationParams)
    function registerOperator(address operator, address avs_, uint32[] calldata operatorSetIds, bytes calldata data)
        external
        onlyAllocationManager
        whenNotPaused(PAUSED_REGISTER_OPERATOR)
    {
        if (avs_ != avs) revert InvalidAVS();
        (RegistrationType kind, string memory socket, IBLSApkRegistry.PubkeyRegistrationParams memory params) =
            abi.decode(data, (RegistrationType, string, IBLSApkRegistry.PubkeyRegistrationParams));
        if (kind != RegistrationType.NORMAL) revert InvalidRegistrationType();
        bytes32 id = IBLSApkRegistry(blsApkRegistry).getOperatorId(operator);
        if (id == 0) {
            G1Point memory message = pubkeyRegistrationMessageHash(operator);
            id = IBLSApkRegistry(blsApkRegistry).registerBLSPublicKey(operator, params, message);
        }
        bytes memory numbers = _numbersOf(operatorSetIds);
        _join(operator, id, numbers);
        ISocketRegistry(socketRegistry).setOperatorSocket(id, socket);
        emit OperatorSocketUpdate(id, socket);
        IBLSApkRegistry(blsApkRegistry).registerOperator(operator, numbers);
        IStakeRegistry(stakeRegistry).registerOperator(operator, id, numbers);
        uint32[] memory counts = IIndexRegistry(indexRegistry).registerOperator(id, numbers);
        for (uint256 i = 0; i < numbers.length; ++i) {
            if (counts[i] > operatorSetParams[uint8(numbers[i])].maxOperatorCount) revert MaxOperatorCountReached();
        }
        if (operatorInfo[operator].status != REGISTERED) {
            operatorInfo[operator] = OperatorInfo(id, REGISTERED);
            emit OperatorRegistered(operator, id);
        }
    }

    function deregisterOperator(address operator, address avs_, uint32[] calldata operatorSetIds)
        external
        onlyAllocationManager
        whenNotPaused(PAUSED_DEREGISTER_OPERATOR)
    {
        if (avs_ != avs) revert InvalidAVS();
        OperatorInfo storage info = operatorInfo[operator];
        if (info.status != REGISTERED) revert OperatorNotRegistered();
        bytes memory numbers = _numbersOf(operatorSetIds);
        uint192 left = _parse(numbers);
        uint192 current = getCurrentQuorumBitmap(info.operatorId);
        if (left & ~current != 0) revert NotRegisteredForQuorum();
        _setBitmap(info.operatorId, current & ~left);
        if (current == left) {
            info.status = DEREGISTERED;
            emit OperatorDeregistered(operator, info.operatorId);
        }
        IBLSApkRegistry(blsApkRegistry).deregisterOperator(operator, numbers);
        IStakeRegistry(stakeRegistry).deregisterOperator(info.operatorId, numbers);
        IIndexRegistry(indexRegistry).deregisterOperator(info.operatorId, numbers);
    }

    /// @notice Puts an operator out of sets through AllocationManager; it has to wait before it may come back.
    function ejectOperator(address operator, bytes calldata quorumNumbers) external {
        if (msg.sender != ejector) revert OnlyEjector();
        lastEjectionTimestamp[operator] = block.timestamp;
        uint192 bits = _parse(quorumNumbers);
        uint192 current = getCurrentQuorumBitmap(operatorInfo[operator].operatorId);
        if (operatorInfo[operator].status != REGISTERED || bits == 0 || bits & ~current != 0) return;
        uint32[] memory ids = new uint32[](quorumNumbers.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = uint8(quorumNumbers[i]);
        }
        ISetMaker(allocationManager).deregisterFromOperatorSets(ISetMaker.DeregisterParams(operator, avs, ids));
    }

    function updateSocket(string calldata socket) external {
        OperatorInfo memory info = operatorInfo[msg.sender];
        if (info.status != REGISTERED) revert NotRegistered();
        ISocketRegistry(socketRegistry).setOperatorSocket(info.operatorId, socket);
        emit OperatorSocketUpdate(info.operatorId, socket);
    }

    /// @notice Makes the next quorum, and the operator set of its number.
    function createTotalDelegatedStakeQuorum(
        OperatorSetParam calldata params,
        uint96 minimumStake,
        StrategyParams[] calldata strategies
    ) external onlyOwner {
        uint8 quorum = quorumCount++;
        operatorSetParams[quorum] = params;
        address[] memory list = new address[](strategies.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = strategies[i].strategy;
        }
        ISetMaker.CreateSetParams[] memory sets = new ISetMaker.CreateSetParams[](1);
        sets[0] = ISetMaker.CreateSetParams(quorum, list);
        ISetMaker(allocationManager).createOperatorSets(avs, sets);
        IIndexRegistry(indexRegistry).initializeQuorum(quorum);
        IBLSApkRegistry(blsApkRegistry).initializeQuorum(quorum);
        IQuorumMaker(stakeRegistry).initializeQuorum(quorum, minimumStake, strategies);
    }

    function setEjector(address ejector_) external onlyOwner {
        ejector = ejector_;
    }

    function setEjectionCooldown(uint256 cooldownSeconds) external onlyOwner {
        ejectionCooldown = cooldownSeconds;
    }

    /// @notice The point an operator's BLS key signs to prove that it is its own.
    function pubkeyRegistrationMessageHash(address operator) public view returns (G1Point memory) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("AVSRegistryCoordinator"),
                keccak256("v0.0.1"),
                block.chainid,
                address(this)
            )
        );
        bytes32 message = keccak256(abi.encode(PUBKEY_REGISTRATION_TYPEHASH, operator));
        return BN254.hashToG1(keccak256(abi.encodePacked(hex"1901", domain, message)));
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

    function _join(address operator, bytes32 id, bytes memory numbers) private {
        uint192 joined = _parse(numbers);
        uint192 current = getCurrentQuorumBitmap(id);
        if (joined == 0) revert BitmapEmpty();
        if (joined & current != 0) revert AlreadyRegisteredForQuorums();
        if (lastEjectionTimestamp[operator] + ejectionCooldown >= block.timestamp) revert CannotReregisterYet();
        _setBitmap(id, joined | current);
    }

    function _numbersOf(uint32[] calldata operatorSetIds) private pure returns (bytes memory numbers) {
        numbers = new bytes(operatorSetIds.length);
        for (uint256 i = 0; i < operatorSetIds.length; ++i) {
            if (operatorSetIds[i] > type(uint8).max) revert QuorumDoesNotExist();
            numbers[i] = bytes1(uint8(operatorSetIds[i]));
        }
    }

    function _parse(bytes memory numbers) private view returns (uint192) {
        (bool ordered, uint256 bits) = Bitmaps.tryParse(numbers);
        if (!ordered || bits >> quorumCount != 0) revert QuorumDoesNotExist();
        return uint192(bits);
    }
}
