// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Failing} from "../base/Failing.sol";
import {IDelegation} from "../base/Interfaces.sol";
import {StrategyParams} from "../base/Types.sol";
import {CoordinatorOwned} from "./CoordinatorOwned.sol";
import {Entry, History} from "./History.sol";

/// @title What operators weigh in each quorum
/// @notice The recorded stake is the one at registration until `updateOperatorStake`.
contract StakeRegistry is CoordinatorOwned, Failing {
    using History for Entry[];

    struct StakeUpdate {
        uint32 updateBlockNumber;
        uint32 nextUpdateBlockNumber;
        uint96 stake;
    }

    error BelowMinimumStakeRequirement();
    error QuorumDoesNotExist();

    uint256 public constant WEIGHTING_DIVISOR = 1e18;

    address public immutable delegation;

    mapping(uint8 quorumNumber => uint96 stake) public minimumStakeForQuorum;
    mapping(uint8 quorumNumber => StrategyParams[] list) private strategyParams;
    mapping(bytes32 operatorId => mapping(uint8 quorumNumber => Entry[] entries)) private stakes;
    mapping(uint8 quorumNumber => Entry[] entries) private totals;

    event OperatorStakeUpdate(bytes32 indexed operatorId, uint8 quorumNumber, uint96 stake);
    event MinimumStakeForQuorumUpdated(uint8 indexed quorumNumber, uint96 minimumStake);

    constructor(address registryCoordinator_, address delegation_, bool customErrors)
        CoordinatorOwned(registryCoordinator_)
        Failing(customErrors)
    {
        delegation = delegation_;
    }

    function initializeQuorum(uint8 quorumNumber, uint96 minimumStake, StrategyParams[] calldata params)
        external
        onlyRegistryCoordinator
    {
        for (uint256 i = 0; i < params.length; ++i) {
            strategyParams[quorumNumber].push(params[i]);
        }
        _setMinimum(quorumNumber, minimumStake);
        totals[quorumNumber].record(0);
    }

    function registerOperator(address operator, bytes32 operatorId, bytes calldata quorumNumbers)
        external
        onlyRegistryCoordinator
    {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            uint96 weight = weightOfOperatorForQuorum(quorum, operator);
            _check(
                weight >= minimumStakeForQuorum[quorum],
                "StakeRegistry.registerOperator: Operator does not meet minimum stake requirement for quorum",
                BelowMinimumStakeRequirement.selector
            );
            _record(operatorId, quorum, weight);
        }
    }

    function deregisterOperator(bytes32 operatorId, bytes calldata quorumNumbers) external onlyRegistryCoordinator {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            _record(operatorId, uint8(quorumNumbers[i]), 0);
        }
    }

    /// @return quorumsToRemove Bits of the quorums whose minimum the operator no longer meets.
    function updateOperatorStake(address operator, bytes32 operatorId, bytes calldata quorumNumbers)
        external
        onlyRegistryCoordinator
        returns (uint256 quorumsToRemove)
    {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            uint96 weight = weightOfOperatorForQuorum(quorum, operator);
            bool enough = weight >= minimumStakeForQuorum[quorum];
            _record(operatorId, quorum, enough ? weight : 0);
            if (!enough) quorumsToRemove |= 1 << quorum;
        }
    }

    function getCurrentStake(bytes32 operatorId, uint8 quorumNumber) public view returns (uint96) {
        return uint96(stakes[operatorId][quorumNumber].latest());
    }

    function getCurrentTotalStake(uint8 quorumNumber) public view returns (uint96) {
        return uint96(totals[quorumNumber].latest());
    }

    function getStakeHistory(bytes32 operatorId, uint8 quorumNumber)
        external
        view
        returns (StakeUpdate[] memory updates)
    {
        Entry[] memory entries = stakes[operatorId][quorumNumber];
        updates = new StakeUpdate[](entries.length);
        for (uint256 i = 0; i < entries.length; ++i) {
            updates[i] = StakeUpdate(entries[i].fromBlock, entries[i].untilBlock, uint96(entries[i].value));
        }
    }

    function getStakeUpdateIndexAtBlockNumber(bytes32 operatorId, uint8 quorumNumber, uint32 blockNumber)
        external
        view
        returns (uint32)
    {
        return stakes[operatorId][quorumNumber].indexAt(
            blockNumber,
            "StakeRegistry._getStakeUpdateIndexForOperatorAtBlockNumber: no stake update found for operatorId and quorumNumber at block number"
        );
    }

    function getTotalStakeIndicesAtBlockNumber(uint32 blockNumber, bytes calldata quorumNumbers)
        external
        view
        returns (uint32[] memory indices)
    {
        indices = new uint32[](quorumNumbers.length);
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            Entry[] storage entries = totals[uint8(quorumNumbers[i])];
            require(entries.length != 0, "StakeRegistry.getTotalStakeIndicesAtBlockNumber: quorum does not exist");
            indices[i] = entries.indexAt(
                blockNumber,
                "StakeRegistry.getTotalStakeIndicesAtBlockNumber: quorum has no stake history at blockNumber"
            );
        }
    }

    function getStakeAtBlockNumberAndIndex(
        uint8 quorumNumber,
        uint32 blockNumber,
        bytes32 operatorId,
        uint256 index
    ) external view returns (uint96) {
        return _stakeAt(stakes[operatorId][quorumNumber], blockNumber, index);
    }

    function getTotalStakeAtBlockNumberFromIndex(uint8 quorumNumber, uint32 blockNumber, uint256 index)
        external
        view
        returns (uint96)
    {
        return _stakeAt(totals[quorumNumber], blockNumber, index);
    }

    function weightOfOperatorForQuorum(uint8 quorumNumber, address operator) public view returns (uint96) {
        StrategyParams[] storage list = strategyParams[quorumNumber];
        _check(list.length > 0, "StakeRegistry.quorumExists: quorum does not exist", QuorumDoesNotExist.selector);
        uint256 weight;
        for (uint256 i = 0; i < list.length; ++i) {
            uint256 shares = IDelegation(delegation).operatorShares(operator, list[i].strategy);
            weight += (shares * list[i].multiplier) / WEIGHTING_DIVISOR;
        }
        return uint96(weight);
    }

    function strategyParamsLength(uint8 quorumNumber) external view returns (uint256) {
        return strategyParams[quorumNumber].length;
    }

    function strategyParamsByIndex(uint8 quorumNumber, uint256 index) external view returns (StrategyParams memory) {
        return strategyParams[quorumNumber][index];
    }

    function strategyOf(uint8 quorumNumber, uint256 index) external view returns (address) {
        return strategyParams[quorumNumber][index].strategy;
    }

    function setMinimumStakeForQuorum(uint8 quorumNumber, uint96 minimumStake) external onlyCoordinatorOwner {
        _setMinimum(quorumNumber, minimumStake);
    }

    function _stakeAt(Entry[] storage entries, uint32 blockNumber, uint256 index) private view returns (uint96) {
        uint192 stake = entries.valueAt(
            blockNumber,
            index,
            "StakeRegistry._validateStakeUpdateAtBlockNumber: stakeUpdate is from after blockNumber",
            "StakeRegistry._validateStakeUpdateAtBlockNumber: there is a newer stakeUpdate available before blockNumber"
        );
        return uint96(stake);
    }

    function _setMinimum(uint8 quorumNumber, uint96 minimumStake) private {
        minimumStakeForQuorum[quorumNumber] = minimumStake;
        emit MinimumStakeForQuorumUpdated(quorumNumber, minimumStake);
    }

    /// @dev A stake that stays as it is leaves no entry and no event.
    function _record(bytes32 operatorId, uint8 quorum, uint96 stake) private {
        uint96 previous = getCurrentStake(operatorId, quorum);
        if (!stakes[operatorId][quorum].record(stake)) return;
        emit OperatorStakeUpdate(operatorId, quorum, stake);
        totals[quorum].record(getCurrentTotalStake(quorum) - previous + stake);
    }
}
