// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A value that counts from a block to the next entry's; zero there for the last entry.
struct Entry {
    uint32 fromBlock;
    uint32 untilBlock;
    uint192 value;
}

/// @title A value block by block
library History {
    function latest(Entry[] storage history) internal view returns (uint192) {
        return history.length == 0 ? 0 : history[history.length - 1].value;
    }

    /// @notice Overwrites an entry of this block, else adds one; an unchanged value leaves the history alone.
    function record(Entry[] storage history, uint192 value) internal returns (bool changed) {
        uint32 current = uint32(block.number);
        if (history.length != 0) {
            Entry storage last = history[history.length - 1];
            if (last.value == value) return false;
            if (last.fromBlock == current) {
                last.value = value;
                return true;
            }
            last.untilBlock = current;
        }
        history.push(Entry(current, 0, value));
        return true;
    }

    /// @notice The value of an entry, which has to be the one that counted at the block.
    /// @param tooRecent Why an entry that begins after the block is refused
    /// @param tooOld Why one that ends before it is
    function valueAt(
        Entry[] storage history,
        uint32 blockNumber,
        uint256 index,
        string memory tooRecent,
        string memory tooOld
    ) internal view returns (uint192) {
        Entry memory entry = history[index];
        require(blockNumber >= entry.fromBlock, tooRecent);
        require(entry.untilBlock == 0 || blockNumber < entry.untilBlock, tooOld);
        return entry.value;
    }

    /// @notice The entry that counted at a block. @param none Why a block before the first one is refused
    function indexAt(Entry[] storage history, uint256 blockNumber, string memory none)
        internal
        view
        returns (uint32)
    {
        uint256 index = history.length;
        while (index > 0 && history[index - 1].fromBlock > blockNumber) --index;
        require(index != 0, none);
        return uint32(index - 1);
    }
}
