// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAVSRegistrar, IDelegation} from "../base/Interfaces.sol";
import {Failing} from "../base/Failing.sol";
import {Pausable} from "../base/Pausable.sol";
import {OperatorSet} from "../base/Types.sol";
import {Allocations} from "./Allocations.sol";
import {Permitted} from "./Permitted.sol";

/// @title Sets of operators: who made them, who is in them
abstract contract OperatorSets is Pausable, Permitted, Allocations {
    struct CreateSetParams {
        uint32 operatorSetId;
        address[] strategies;
    }

    struct RegisterParams {
        address avs;
        uint32[] operatorSetIds;
        bytes data;
    }

    struct DeregisterParams {
        address operator;
        address avs;
        uint32[] operatorSetIds;
    }

    struct Membership {
        bool registered;
        uint32 slashableUntil;
    }

    error InvalidOperator();
    error InvalidOperatorSet();
    error AlreadyMemberOfSet();
    error NotMemberOfSet();
    error InvalidCaller();
    error InvalidAVSRegistrar();

    uint8 internal constant PAUSED_OPERATOR_SET_REGISTRATION_AND_DEREGISTRATION = 2;

    address public immutable delegation;
    uint32 public immutable DEALLOCATION_DELAY;

    mapping(address avs => uint256 count) public getOperatorSetCount;
    mapping(bytes32 set => bool exists) private setExists;
    mapping(bytes32 set => address[] strategies) private strategiesOf;
    mapping(bytes32 set => address slasher) private slashers;
    mapping(address avs => address registrar) private registrars;
    mapping(address operator => mapping(bytes32 set => Membership membership)) private memberships;
    mapping(address operator => OperatorSet[] sets) private registeredSets;

    event OperatorSetCreated(OperatorSet operatorSet);
    event StrategyAddedToOperatorSet(OperatorSet operatorSet, address strategy);
    event OperatorAddedToOperatorSet(address indexed operator, OperatorSet operatorSet);
    event OperatorRemovedFromOperatorSet(address indexed operator, OperatorSet operatorSet);
    event AVSRegistrarSet(address avs, address registrar);
    event AVSMetadataURIUpdated(address indexed avs, string metadataURI);
    event SlasherUpdated(OperatorSet operatorSet, address slasher);

    constructor(address delegation_, uint32 deallocationDelay) Failing(true) {
        delegation = delegation_;
        DEALLOCATION_DELAY = deallocationDelay;
    }

    function createOperatorSets(address avs, CreateSetParams[] calldata params) external onlyFor(avs) {
        for (uint256 i = 0; i < params.length; ++i) {
            OperatorSet memory operatorSet = OperatorSet(avs, params[i].operatorSetId);
            bytes32 key = _key(operatorSet);
            if (setExists[key]) revert InvalidOperatorSet();
            setExists[key] = true;
            ++getOperatorSetCount[avs];
            slashers[key] = avs;
            emit OperatorSetCreated(operatorSet);
            for (uint256 s = 0; s < params[i].strategies.length; ++s) {
                strategiesOf[key].push(params[i].strategies[s]);
                emit StrategyAddedToOperatorSet(operatorSet, params[i].strategies[s]);
            }
        }
    }

    function setAVSRegistrar(address avs, address registrar) external onlyFor(avs) {
        if (!IAVSRegistrar(registrar).supportsAVS(avs)) revert InvalidAVSRegistrar();
        registrars[avs] = registrar;
        emit AVSRegistrarSet(avs, registrar);
    }

    function updateAVSMetadataURI(address avs, string calldata metadataURI) external onlyFor(avs) {
        emit AVSMetadataURIUpdated(avs, metadataURI);
    }

    function updateSlasher(OperatorSet calldata operatorSet, address slasher) external onlyFor(operatorSet.avs) {
        if (!isOperatorSet(operatorSet)) revert InvalidOperatorSet();
        slashers[_key(operatorSet)] = slasher;
        emit SlasherUpdated(operatorSet, slasher);
    }

    function registerForOperatorSets(address operator, RegisterParams calldata params)
        external
        whenNotPaused(PAUSED_OPERATOR_SET_REGISTRATION_AND_DEREGISTRATION)
        onlyFor(operator)
    {
        if (!IDelegation(delegation).isOperator(operator)) revert InvalidOperator();
        for (uint256 i = 0; i < params.operatorSetIds.length; ++i) {
            OperatorSet memory operatorSet = OperatorSet(params.avs, params.operatorSetIds[i]);
            if (!isOperatorSet(operatorSet)) revert InvalidOperatorSet();
            if (isOperatorSlashable(operator, operatorSet)) revert AlreadyMemberOfSet();
            memberships[operator][_key(operatorSet)] = Membership(true, 0);
            registeredSets[operator].push(operatorSet);
            emit OperatorAddedToOperatorSet(operator, operatorSet);
        }
        IAVSRegistrar(getAVSRegistrar(params.avs)).registerOperator(
            operator, params.avs, params.operatorSetIds, params.data
        );
    }

    /// @notice By the operator or by the AVS; the operator stays slashable for DEALLOCATION_DELAY blocks.
    function deregisterFromOperatorSets(DeregisterParams calldata params)
        external
        whenNotPaused(PAUSED_OPERATOR_SET_REGISTRATION_AND_DEREGISTRATION)
    {
        if (!_mayActFor(params.operator) && !_mayActFor(params.avs)) revert InvalidCaller();
        for (uint256 i = 0; i < params.operatorSetIds.length; ++i) {
            OperatorSet memory operatorSet = OperatorSet(params.avs, params.operatorSetIds[i]);
            if (!isOperatorSet(operatorSet)) revert InvalidOperatorSet();
            if (!isMemberOfOperatorSet(params.operator, operatorSet)) revert NotMemberOfSet();
            uint32 until = uint32(block.number) + DEALLOCATION_DELAY;
            memberships[params.operator][_key(operatorSet)] = Membership(false, until);
            _forget(registeredSets[params.operator], _key(operatorSet));
            emit OperatorRemovedFromOperatorSet(params.operator, operatorSet);
        }
        IAVSRegistrar(getAVSRegistrar(params.avs)).deregisterOperator(
            params.operator, params.avs, params.operatorSetIds
        );
    }

    /// @notice The AVS itself while it has named none.
    function getAVSRegistrar(address avs) public view returns (address) {
        address registrar = registrars[avs];
        return registrar == address(0) ? avs : registrar;
    }

    function isOperatorSet(OperatorSet memory operatorSet) public view returns (bool) {
        return setExists[_key(operatorSet)];
    }

    function isMemberOfOperatorSet(address operator, OperatorSet memory operatorSet) public view returns (bool) {
        return memberships[operator][_key(operatorSet)].registered;
    }

    function isOperatorSlashable(address operator, OperatorSet memory operatorSet) public view returns (bool) {
        Membership memory membership = memberships[operator][_key(operatorSet)];
        return membership.registered || block.number <= membership.slashableUntil;
    }

    function getRegisteredSets(address operator) external view returns (OperatorSet[] memory) {
        return registeredSets[operator];
    }

    function getStrategiesInOperatorSet(OperatorSet memory operatorSet) public view returns (address[] memory) {
        return strategiesOf[_key(operatorSet)];
    }

    function getSlasher(OperatorSet memory operatorSet) public view returns (address) {
        return slashers[_key(operatorSet)];
    }

    function _isStrategyOf(OperatorSet memory operatorSet, address strategy) internal view returns (bool) {
        address[] storage list = strategiesOf[_key(operatorSet)];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == strategy) return true;
        }
        return false;
    }

    function _forget(OperatorSet[] storage sets, bytes32 key) private {
        for (uint256 i = 0; i < sets.length; ++i) {
            if (_key(sets[i]) != key) continue;
            sets[i] = sets[sets.length - 1];
            sets.pop();
            return;
        }
    }
}
