// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Entry, History} from "./History.sol";

/// @title The quorums of each operator, block by block
abstract contract BitmapHistory {
    using History for Entry[];

    struct QuorumBitmapUpdate {
        uint32 updateBlockNumber;
        uint32 nextUpdateBlockNumber;
        uint192 quorumBitmap;
    }

    mapping(bytes32 operatorId => Entry[] entries) private history;

    function getCurrentQuorumBitmap(bytes32 operatorId) public view returns (uint192) {
        return history[operatorId].latest();
    }

    function getQuorumBitmapHistoryLength(bytes32 operatorId) external view returns (uint256) {
        return history[operatorId].length;
    }

    function getQuorumBitmapUpdateByIndex(bytes32 operatorId, uint256 index)
        external
        view
        returns (QuorumBitmapUpdate memory)
    {
        Entry memory entry = history[operatorId][index];
        return QuorumBitmapUpdate(entry.fromBlock, entry.untilBlock, entry.value);
    }

    /// @notice The entry of each operator that counted at a block.
    function getQuorumBitmapIndicesAtBlockNumber(uint32 blockNumber, bytes32[] calldata operatorIds)
        external
        view
        returns (uint32[] memory indices)
    {
        indices = new uint32[](operatorIds.length);
        for (uint256 i = 0; i < operatorIds.length; ++i) {
            indices[i] = history[operatorIds[i]].indexAt(
                blockNumber,
                "RegistryCoordinator.getQuorumBitmapIndexAtBlockNumber: no bitmap update found for operatorId"
            );
        }
    }

    function getQuorumBitmapAtBlockNumberByIndex(bytes32 operatorId, uint32 blockNumber, uint256 index)
        external
        view
        returns (uint192)
    {
        return history[operatorId].valueAt(
            blockNumber,
            index,
            "RegistryCoordinator.getQuorumBitmapAtBlockNumberByIndex: quorumBitmapUpdate is from after blockNumber",
            "RegistryCoordinator.getQuorumBitmapAtBlockNumberByIndex: quorumBitmapUpdate is from before blockNumber"
        );
    }

    function _setBitmap(bytes32 operatorId, uint192 bitmap) internal {
        history[operatorId].record(bitmap);
    }
}
