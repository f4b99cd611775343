// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDelegation} from "../base/Interfaces.sol";
import {OperatorSet} from "../base/Types.sol";
import {OperatorSets} from "./OperatorSets.sol";
import {Permitted} from "./Permitted.sol";

/// @title EigenLayer's AllocationManager: operator sets, allocations, slashing
contract AllocationManager is OperatorSets {
    struct AllocateParams {
        OperatorSet operatorSet;
        address[] strategies;
        uint64[] newMagnitudes;
    }

    struct SlashingParams {
        address operator;
        uint32 operatorSetId;
        address[] strategies;
        uint256[] wadsToSlash;
        string description;
    }

    struct Delay {
        bool isSet;
        uint32 delay;
        uint32 pending;
        uint32 effectBlock;
    }

    error InputArrayLengthMismatch();
    error UninitializedAllocationDelay();
    error ModificationAlreadyPending();
    error SameMagnitude();
    error InsufficientMagnitude();
    error OperatorNotSlashable();
    error StrategyNotInOperatorSet();
    error InvalidWadToSlash();
    error StrategiesMustBeInAscendingOrder();

    uint8 private constant PAUSED_MODIFY_ALLOCATIONS = 0;
    uint8 private constant PAUSED_OPERATOR_SLASHING = 1;
    uint32 public constant ALLOCATION_CONFIGURATION_DELAY = 5;

    mapping(bytes32 set => uint256 count) private slashCounts;
    mapping(address operator => Delay delay) private delays;

    event AllocationDelaySet(address operator, uint32 delay, uint32 effectBlock);
    event OperatorSlashed(
        address operator, OperatorSet operatorSet, address[] strategies, uint256[] wadSlashed, string description
    );

    constructor(address delegation_, address permissionController_, uint32 deallocationDelay)
        OperatorSets(delegation_, deallocationDelay)
        Permitted(permissionController_)
    {}

    function initialize() external initializer {}

    /// @notice At once for a new operator, else after ALLOCATION_CONFIGURATION_DELAY blocks.
    function setAllocationDelay(address operator, uint32 delay) external {
        uint32 effectBlock = uint32(block.number);
        if (msg.sender == delegation) {
            delays[operator] = Delay(true, delay, 0, 0);
        } else {
            if (!_mayActFor(operator)) revert InvalidCaller();
            if (!IDelegation(delegation).isOperator(operator)) revert InvalidOperator();
            (bool isSet, uint32 current) = getAllocationDelay(operator);
            effectBlock += ALLOCATION_CONFIGURATION_DELAY + 1;
            delays[operator] = Delay(isSet, current, delay, effectBlock);
        }
        emit AllocationDelaySet(operator, delay, effectBlock);
    }

    function getAllocationDelay(address operator) public view returns (bool isSet, uint32 delay) {
        Delay memory d = delays[operator];
        return d.effectBlock != 0 && block.number >= d.effectBlock ? (true, d.pending) : (d.isSet, d.delay);
    }

    function modifyAllocations(address operator, AllocateParams[] calldata params)
        external
        whenNotPaused(PAUSED_MODIFY_ALLOCATIONS)
    {
        if (!_mayActFor(operator)) revert InvalidCaller();
        (bool isSet, uint32 delay) = getAllocationDelay(operator);
        if (!isSet) revert UninitializedAllocationDelay();
        for (uint256 i = 0; i < params.length; ++i) {
            if (params[i].strategies.length != params[i].newMagnitudes.length) revert InputArrayLengthMismatch();
            if (!isOperatorSet(params[i].operatorSet)) revert InvalidOperatorSet();
            for (uint256 s = 0; s < params[i].strategies.length; ++s) {
                _modify(operator, params[i].operatorSet, params[i].strategies[s], params[i].newMagnitudes[s], delay);
            }
        }
    }

    /// @notice Takes `wadsToSlash` of the operator's allocations, and with them of its shares, at once.
    function slashOperator(address avs, SlashingParams calldata params)
        external
        whenNotPaused(PAUSED_OPERATOR_SLASHING)
        returns (uint256 slashId, uint256[] memory shares)
    {
        OperatorSet memory operatorSet = OperatorSet(avs, params.operatorSetId);
        if (msg.sender != getSlasher(operatorSet) && !_mayActFor(avs)) revert InvalidCaller();
        if (params.strategies.length != params.wadsToSlash.length) revert InputArrayLengthMismatch();
        if (!isOperatorSet(operatorSet)) revert InvalidOperatorSet();
        if (!isOperatorSlashable(params.operator, operatorSet)) revert OperatorNotSlashable();
        slashId = ++slashCounts[_key(operatorSet)];
        shares = new uint256[](params.strategies.length);
        uint256[] memory wadSlashed = new uint256[](params.strategies.length);
        for (uint256 i = 0; i < params.strategies.length; ++i) {
            if (i > 0 && params.strategies[i - 1] >= params.strategies[i]) revert StrategiesMustBeInAscendingOrder();
            if (params.wadsToSlash[i] == 0 || params.wadsToSlash[i] > WAD) revert InvalidWadToSlash();
            if (!_isStrategyOf(operatorSet, params.strategies[i])) revert StrategyNotInOperatorSet();
            (wadSlashed[i], shares[i]) = _slash(params, operatorSet, slashId, i);
        }
        emit OperatorSlashed(params.operator, operatorSet, params.strategies, wadSlashed, params.description);
    }

    function getSlashCount(OperatorSet calldata operatorSet) external view returns (uint256) {
        return slashCounts[_key(operatorSet)];
    }

    function _slash(SlashingParams calldata params, OperatorSet memory operatorSet, uint256 slashId, uint256 i)
        private
        returns (uint256 wadSlashed, uint256 shares)
    {
        address strategy = params.strategies[i];
        uint64 previousMax = getMaxMagnitude(params.operator, strategy);
        wadSlashed = _cut(params.operator, operatorSet, strategy, params.wadsToSlash[i]);
        if (wadSlashed == 0) return (0, 0);
        shares = IDelegation(delegation).slashOperatorShares(
            params.operator,
            operatorSet,
            slashId,
            strategy,
            previousMax,
            getMaxMagnitude(params.operator, strategy)
        );
    }

    function _modify(
        address operator,
        OperatorSet calldata operatorSet,
        address strategy,
        uint64 magnitude,
        uint32 delay
    ) private {
        Allocation memory a = getAllocation(operator, operatorSet, strategy);
        if (a.effectBlock != 0) revert ModificationAlreadyPending();
        if (magnitude == a.currentMagnitude) revert SameMagnitude();
        uint32 wait = delay;
        if (magnitude > a.currentMagnitude) {
            uint64 more = magnitude - a.currentMagnitude;
            if (more > getAllocatableMagnitude(operator, strategy)) revert InsufficientMagnitude();
        } else {
            bool atRisk = isOperatorSlashable(operator, operatorSet) && _isStrategyOf(operatorSet, strategy);
            wait = atRisk ? DEALLOCATION_DELAY + 1 : 0;
        }
        a.pendingDiff = int128(uint128(magnitude)) - int128(uint128(a.currentMagnitude));
        a.effectBlock = uint32(block.number) + wait;
        uint64 encumbered = getEncumberedMagnitude(operator, strategy);
        _setAllocation(operator, operatorSet, strategy, a);
        uint64 now_ = getEncumberedMagnitude(operator, strategy);
        if (now_ != encumbered) emit EncumberedMagnitudeUpdated(operator, strategy, now_);
        emit AllocationUpdated(operator, operatorSet, strategy, magnitude, a.effectBlock);
    }
}
