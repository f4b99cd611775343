// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A stake that counts from a block to the next entry's; zero there for the last entry.
struct StakeUpdate {
    uint32 updateBlockNumber;
    uint32 nextUpdateBlockNumber;
    uint96 stake;
}

/// @title A stake block by block
library StakeHistory {
    function latest(StakeUpdate[] storage history) internal view returns (uint96) {
        return history.length == 0 ? 0 : history[history.length - 1].stake;
    }

    /// @notice Overwrites an entry of this block, else adds one; an unchanged stake leaves the history alone.
    function record(StakeUpdate[] storage history, uint96 stake) internal returns (bool changed) {
        uint32 current = uint32(block.number);
        if (history.length != 0) {
            StakeUpdate storage last = history[history.length - 1];
            if (last.stake == stake) return false;
            if (last.updateBlockNumber == current) {
                last.stake = stake;
                return true;
            }
            last.nextUpdateBlockNumber = current;
        }
        history.push(StakeUpdate(current, 0, stake));
        return true;
    }

    /// @notice The stake of an entry, which has to be the one that counted at the block.
    function stakeAt(StakeUpdate[] storage history, uint32 blockNumber, uint256 index) internal view returns (uint96) {
        StakeUpdate memory update = history[index];
        require(
            blockNumber >= update.updateBlockNumber,
            "StakeRegistry._validateStakeUpdateAtBlockNumber: stakeUpdate is from after blockNumber"
        );
        require(
            update.nextUpdateBlockNumber == 0 || blockNumber < update.nextUpdateBlockNumber,
            "StakeRegistry._validateStakeUpdateAtBlockNumber: there is a newer stakeUpdate available before blockNumber"
        );
        return update.stake;
    }

    /// @notice The entry that counted at a block.
    function indexAt(StakeUpdate[] storage history, uint32 blockNumber)
        internal
        view
        returns (bool found, uint32 index)
    {
        for (uint256 i = history.length; i > 0; --i) {
            if (history[i - 1].updateBlockNumber <= blockNumber) return (true, uint32(i - 1));
        }
    }
}
