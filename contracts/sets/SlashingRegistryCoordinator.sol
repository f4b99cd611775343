// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Bitmaps} from "../base/Bitmaps.sol";
import {Failing} from "../base/Failing.sol";
import {IAVSRegistrar, IBLSApkRegistry, ISocketRegistry} from "../base/Interfaces.sol";
import {StrategyParams} from "../base/Types.sol";
import {QuorumCoordinator} from "../bls/QuorumCoordinator.sol";

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

/// @title The registrar of an AVS whose operator sets are quorums with stake, places and BLS keys
/// @notice Follows the ABI of middleware v1.x. The AVS appoints it to make sets and to put operators out.
contract SlashingRegistryCoordinator is QuorumCoordinator, IAVSRegistrar {
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

    error OnlyAllocationManager();
    error InvalidAVS();
    error InvalidRegistrationType();
    error OperatorNotRegistered();
    error QuorumDoesNotExist();

    address public immutable avs;
    address public immutable allocationManager;
    address public immutable socketRegistry;

    modifier onlyAllocationManager() {
        if (msg.sender != allocationManager) revert OnlyAllocationManager();
        _;
    }

    constructor(Registries memory registries)
        Failing(true)
        QuorumCoordinator(registries.stakeRegistry, registries.blsApkRegistry, registries.indexRegistry)
    {
        avs = registries.avs;
        allocationManager = registries.allocationManager;
        socketRegistry = registries.socketRegistry;
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
        bytes32 id = _idOf(operator, params);
        bytes memory numbers = _numbersOf(operatorSetIds);
        _join(operator, id, numbers);
        _setSocket(id, socket);
        _enter(operator, id, numbers);
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
        if (operatorInfo[operator].status != REGISTERED) revert OperatorNotRegistered();
        bytes memory numbers = _numbersOf(operatorSetIds);
        _leave(operator, numbers, _parse(numbers));
    }

    /// @notice Makes the next quorum, and the operator set of its number.
    function createTotalDelegatedStakeQuorum(
        OperatorSetParam calldata params,
        uint96 minimumStake,
        StrategyParams[] calldata strategies
    ) external onlyOwner {
        uint8 quorum = _addQuorum(params, minimumStake, strategies);
        address[] memory list = new address[](strategies.length);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = strategies[i].strategy;
        }
        ISetMaker.CreateSetParams[] memory sets = new ISetMaker.CreateSetParams[](1);
        sets[0] = ISetMaker.CreateSetParams(quorum, list);
        ISetMaker(allocationManager).createOperatorSets(avs, sets);
    }

    /// @dev AllocationManager puts it out of the sets, and calls back.
    function _putOut(address operator, bytes calldata quorumNumbers) internal override {
        uint32[] memory ids = new uint32[](quorumNumbers.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            ids[i] = uint8(quorumNumbers[i]);
        }
        ISetMaker(allocationManager).deregisterFromOperatorSets(ISetMaker.DeregisterParams(operator, avs, ids));
    }

    function _setSocket(bytes32 operatorId, string memory socket) internal override {
        ISocketRegistry(socketRegistry).setOperatorSocket(operatorId, socket);
        super._setSocket(operatorId, socket);
    }

    function _parse(bytes memory numbers) internal view override returns (uint192) {
        (bool ordered, uint256 bits) = Bitmaps.tryParse(numbers);
        if (!ordered || bits >> quorumCount != 0) revert QuorumDoesNotExist();
        return uint192(bits);
    }

    function _numbersOf(uint32[] calldata operatorSetIds) private pure returns (bytes memory numbers) {
        numbers = new bytes(operatorSetIds.length);
        for (uint256 i = 0; i < operatorSetIds.length; ++i) {
            if (operatorSetIds[i] > type(uint8).max) revert QuorumDoesNotExist();
            numbers[i] = bytes1(uint8(operatorSetIds[i]));
        }
    }
}
