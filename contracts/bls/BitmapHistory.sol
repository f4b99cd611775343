// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The quorums of each operator, block by block
/// @notice An entry counts until the next; one of the same block is overwritten.
abstract contract BitmapHistory {
    struct QuorumBitmapUpdate {
        uint32 updateBlockNumber;
        uint32 nextUpdateBlockNumber;
        uint192 quorumBitmap;
    }

    mapping(bytes32 operatorId => QuorumBitmapUpdate[] updates) private history;

    function getCurrentQuorumBitmap(bytes32 operatorId) public view returns (uint192) {
        QuorumBitmapUpdate[] storage updates = history[operatorId];
        return updates.length == 0 ? 0 : updates[updates.length - 1].quorumBitmap;
    }

    function getQuorumBitmapHistoryLength(bytes32 operatorId) external view returns (uint256) {
        return history[operatorId].length;
    }

    function getQuorumBitmapUpdateByIndex(bytes32 operatorId, uint256 index)
        external
        view
        returns (QuorumBitmapUpdate memory)
    {
        return history[operatorId][index];
    }

    /// @notice The entry of each operator that counted at a block.
    function getQuorumBitmapIndicesAtBlockNumber(uint32 blockNumber, bytes32[] calldata operatorIds)
        external
        view
        returns (uint32[] memory indices)
    {
        indices = new uint32[](operatorIds.length);
        for (uint256 i = 0; i < operatorIds.length; ++i) {
            indices[i] = _indexAt(history[operatorIds[i]], blockNumber);
        }
    }

    function getQuorumBitmapAtBlockNumberByIndex(bytes32 operatorId, uint32 blockNumber, uint256 index)
        external
        view
        returns (uint192)
    {
        QuorumBitmapUpdate memory update = history[operatorId][index];
        require(
            blockNumber >= update.updateBlockNumber,
            "RegistryCoordinator.getQuorumBitmapAtBlockNumberByIndex: quorumBitmapUpdate is from after blockNumber"
        );
        require(
            update.nextUpdateBlockNumber == 0 || blockNumber < update.nextUpdateBlockNumber,
            "RegistryCoordinator.getQuorumBitmapAtBlockNumberByIndex: quorumBitmapUpdate is from before blockNumber"
        );
        return update.quorumBitmap;
    }

    function _setBitmap(bytes32 operatorId, uint192 bitmap) internal {
        QuorumBitmapUpdate[] storage updates = history[operatorId];
        uint32 current = uint32(block.number);
        if (updates.length != 0) {
            QuorumBitmapUpdate storage last = updates[updates.length - 1];
            if (last.updateBlockNumber == current) {
                last.quorumBitmap = bitmap;
                return;
            }
            last.nextUpdateBlockNumber = current;
        }
        updates.push(QuorumBitmapUpdate(current, 0, bitmap));
    }

    function _indexAt(QuorumBitmapUpdate[] storage updates, uint32 blockNumber) private view returns (uint32) {
        for (uint256 i = updates.length; i > 0; --i) {
            if (updates[i - 1].updateBlockNumber <= blockNumber) return uint32(i - 1);
        }
        revert("RegistryCoordinator.getQuorumBitmapIndexAtBlockNumber: no bitmap update found for operatorId");
    }
}
