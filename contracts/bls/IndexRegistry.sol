// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {CoordinatorOwned} from "./CoordinatorOwned.sol";

/// @title Which operators each quorum has, block by block
/// @notice Each has an index; the last one takes the place of one that leaves. An entry of the same block is overwritten.
contract IndexRegistry is CoordinatorOwned {
    struct QuorumUpdate {
        uint32 fromBlockNumber;
        uint32 numOperators;
    }

    struct OperatorUpdate {
        uint32 fromBlockNumber;
        bytes32 operatorId;
    }

    bytes32 public constant OPERATOR_DOES_NOT_EXIST_ID = bytes32(0);

    mapping(uint8 quorumNumber => mapping(bytes32 operatorId => uint32 index)) public currentOperatorIndex;
    mapping(uint8 quorumNumber => QuorumUpdate[] updates) private counts;
    mapping(uint8 quorumNumber => mapping(uint32 index => OperatorUpdate[] updates)) private places;

    event QuorumIndexUpdate(bytes32 indexed operatorId, uint8 quorumNumber, uint32 newOperatorIndex);

    constructor(address registryCoordinator_) CoordinatorOwned(registryCoordinator_) {}

    function initializeQuorum(uint8 quorumNumber) external onlyRegistryCoordinator {
        require(counts[quorumNumber].length == 0, "IndexRegistry.createQuorum: quorum already exists");
        counts[quorumNumber].push(QuorumUpdate(uint32(block.number), 0));
    }

    /// @return numOperators How many each of the quorums has now.
    function registerOperator(bytes32 operatorId, bytes calldata quorumNumbers)
        external
        onlyRegistryCoordinator
        returns (uint32[] memory numOperators)
    {
        numOperators = new uint32[](quorumNumbers.length);
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            uint32 count = totalOperatorsForQuorum(quorum);
            _setCount(quorum, count + 1);
            // An index that is used for the first time has no operator until this block.
            if (places[quorum][count].length == 0) {
                places[quorum][count].push(OperatorUpdate(uint32(block.number), OPERATOR_DOES_NOT_EXIST_ID));
            }
            _assign(quorum, count, operatorId);
            numOperators[i] = count + 1;
        }
    }

    function deregisterOperator(bytes32 operatorId, bytes calldata quorumNumbers) external onlyRegistryCoordinator {
        for (uint256 i = 0; i < quorumNumbers.length; ++i) {
            uint8 quorum = uint8(quorumNumbers[i]);
            uint32 index = currentOperatorIndex[quorum][operatorId];
            uint32 last = totalOperatorsForQuorum(quorum) - 1;
            _setCount(quorum, last);
            OperatorUpdate[] storage updates = places[quorum][last];
            bytes32 lastId = updates[updates.length - 1].operatorId;
            _setPlace(quorum, last, OPERATOR_DOES_NOT_EXIST_ID);
            if (lastId != operatorId) _assign(quorum, index, lastId);
        }
    }

    function totalOperatorsForQuorum(uint8 quorumNumber) public view returns (uint32) {
        QuorumUpdate[] storage updates = counts[quorumNumber];
        return updates.length == 0 ? 0 : updates[updates.length - 1].numOperators;
    }

    /// @notice The ids of a quorum's operators at a block, by index.
    function getOperatorListAtBlockNumber(uint8 quorumNumber, uint32 blockNumber)
        external
        view
        returns (bytes32[] memory list)
    {
        list = new bytes32[](_countAt(quorumNumber, blockNumber));
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _operatorAt(quorumNumber, uint32(i), blockNumber);
            require(
                list[i] != OPERATOR_DOES_NOT_EXIST_ID,
                "IndexRegistry.getOperatorListAtBlockNumber: operator does not exist at the given block number"
            );
        }
    }

    function _countAt(uint8 quorum, uint32 blockNumber) private view returns (uint32) {
        QuorumUpdate[] storage updates = counts[quorum];
        for (uint256 i = updates.length; i > 0; --i) {
            if (updates[i - 1].fromBlockNumber <= blockNumber) return updates[i - 1].numOperators;
        }
        revert("IndexRegistry._operatorCountAtBlockNumber: quorum did not exist at given block number");
    }

    function _operatorAt(uint8 quorum, uint32 index, uint32 blockNumber) private view returns (bytes32) {
        OperatorUpdate[] storage updates = places[quorum][index];
        for (uint256 i = updates.length; i > 0; --i) {
            if (updates[i - 1].fromBlockNumber <= blockNumber) return updates[i - 1].operatorId;
        }
        return OPERATOR_DOES_NOT_EXIST_ID;
    }

    function _setCount(uint8 quorum, uint32 count) private {
        QuorumUpdate[] storage updates = counts[quorum];
        uint32 current = uint32(block.number);
        if (updates.length != 0 && updates[updates.length - 1].fromBlockNumber == current) {
            updates[updates.length - 1].numOperators = count;
        } else {
            updates.push(QuorumUpdate(current, count));
        }
    }

    function _assign(uint8 quorum, uint32 index, bytes32 operatorId) private {
        _setPlace(quorum, index, operatorId);
        currentOperatorIndex[quorum][operatorId] = index;
        emit QuorumIndexUpdate(operatorId, quorum, index);
    }

    function _setPlace(uint8 quorum, uint32 index, bytes32 operatorId) private {
        OperatorUpdate[] storage updates = places[quorum][index];
        uint32 current = uint32(block.number);
        if (updates[updates.length - 1].fromBlockNumber == current) {
            updates[updates.length - 1].operatorId = operatorId;
        } else {
            updates.push(OperatorUpdate(current, operatorId));
        }
    }
}
