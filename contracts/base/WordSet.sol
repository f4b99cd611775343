// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A list without repetitions; the last entry takes the place of one that is removed
library WordSet {
    function has(bytes32[] storage list, bytes32 word) internal view returns (bool) {
        return placeOf(list, word) != list.length;
    }

    /// @return added False for one that is there already.
    function add(bytes32[] storage list, bytes32 word) internal returns (bool added) {
        if (has(list, word)) return false;
        list.push(word);
        return true;
    }

    /// @return removed False for one that is not there.
    function remove(bytes32[] storage list, bytes32 word) internal returns (bool removed) {
        uint256 place = placeOf(list, word);
        if (place == list.length) return false;
        list[place] = list[list.length - 1];
        list.pop();
        return true;
    }

    function placeOf(bytes32[] storage list, bytes32 word) private view returns (uint256 place) {
        while (place < list.length && list[place] != word) ++place;
    }
}
