// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OperatorSet} from "../base/Types.sol";

/// @title Magnitudes: how much of its stake an operator has put at risk, where
/// @notice 1e18 is all of it. A slash lowers the maximum for ever.
abstract contract Allocations {
    struct Allocation {
        uint64 currentMagnitude;
        int128 pendingDiff;
        uint32 effectBlock;
    }

    uint64 internal constant WAD = 1e18;

    /// @dev The maximum from a block on.
    struct Maximum {
        uint32 fromBlock;
        uint64 magnitude;
    }

    mapping(address operator => mapping(address strategy => Maximum[] history)) private maxima;
    mapping(address operator => mapping(bytes32 set => mapping(address strategy => Allocation a))) private allocations;
    mapping(address operator => OperatorSet[] sets) private setsEver;
    mapping(address operator => mapping(bytes32 set => address[] strategies)) private strategiesEver;

    event AllocationUpdated(
        address operator, OperatorSet operatorSet, address strategy, uint64 magnitude, uint32 effectBlock
    );
    event EncumberedMagnitudeUpdated(address operator, address strategy, uint64 encumberedMagnitude);
    event MaxMagnitudeUpdated(address operator, address strategy, uint64 maxMagnitude);

    function getMaxMagnitude(address operator, address strategy) public view returns (uint64) {
        return _maximumAt(operator, strategy, uint32(block.number));
    }

    function getMaxMagnitudes(address operator, address[] calldata strategies)
        external
        view
        returns (uint64[] memory)
    {
        return getMaxMagnitudesAtBlock(operator, strategies, uint32(block.number));
    }

    function getMaxMagnitudes(address[] calldata operators, address strategy)
        external
        view
        returns (uint64[] memory magnitudes)
    {
        magnitudes = new uint64[](operators.length);
        for (uint256 i = 0; i < operators.length; ++i) {
            magnitudes[i] = getMaxMagnitude(operators[i], strategy);
        }
    }

    function getMaxMagnitudesAtBlock(address operator, address[] calldata strategies, uint32 blockNumber)
        public
        view
        returns (uint64[] memory magnitudes)
    {
        magnitudes = new uint64[](strategies.length);
        for (uint256 i = 0; i < strategies.length; ++i) {
            magnitudes[i] = _maximumAt(operator, strategies[i], blockNumber);
        }
    }

    /// @notice Allocated or about to be; what is about to be freed still counts.
    function getEncumberedMagnitude(address operator, address strategy) public view returns (uint64 sum) {
        OperatorSet[] storage sets = setsEver[operator];
        for (uint256 i = 0; i < sets.length; ++i) {
            Allocation memory a = getAllocation(operator, sets[i], strategy);
            sum += a.pendingDiff > 0 ? _after(a) : a.currentMagnitude;
        }
    }

    function getAllocatableMagnitude(address operator, address strategy) public view returns (uint64) {
        return getMaxMagnitude(operator, strategy) - getEncumberedMagnitude(operator, strategy);
    }

    /// @notice An allocation at this block.
    function getAllocation(address operator, OperatorSet memory operatorSet, address strategy)
        public
        view
        returns (Allocation memory a)
    {
        a = allocations[operator][_key(operatorSet)][strategy];
        if (a.effectBlock != 0 && block.number >= a.effectBlock) a = Allocation(_after(a), 0, 0);
    }

    function getAllocations(address[] calldata operators, OperatorSet calldata operatorSet, address strategy)
        external
        view
        returns (Allocation[] memory list)
    {
        list = new Allocation[](operators.length);
        for (uint256 i = 0; i < operators.length; ++i) {
            list[i] = getAllocation(operators[i], operatorSet, strategy);
        }
    }

    /// @notice The operator's allocation of a strategy in each set that it has allocated to.
    function getStrategyAllocations(address operator, address strategy)
        external
        view
        returns (OperatorSet[] memory sets, Allocation[] memory list)
    {
        sets = getAllocatedSets(operator);
        list = new Allocation[](sets.length);
        for (uint256 i = 0; i < sets.length; ++i) {
            list[i] = getAllocation(operator, sets[i], strategy);
        }
    }

    function getAllocatedSets(address operator) public view returns (OperatorSet[] memory found) {
        OperatorSet[] memory all = setsEver[operator];
        uint256 count;
        for (uint256 i = 0; i < all.length; ++i) {
            if (_hasAllocation(operator, all[i])) all[count++] = all[i];
        }
        found = new OperatorSet[](count);
        for (uint256 i = 0; i < count; ++i) {
            found[i] = all[i];
        }
    }

    function getAllocatedStrategies(address operator, OperatorSet calldata operatorSet)
        external
        view
        returns (address[] memory)
    {
        return strategiesEver[operator][_key(operatorSet)];
    }

    /// @dev Stores an allocation and notes where it is.
    function _setAllocation(address operator, OperatorSet memory operatorSet, address strategy, Allocation memory a)
        internal
    {
        bytes32 key = _key(operatorSet);
        address[] storage known = strategiesEver[operator][key];
        if (known.length == 0) setsEver[operator].push(operatorSet);
        bool isKnown;
        for (uint256 i = 0; i < known.length; ++i) {
            if (known[i] == strategy) isKnown = true;
        }
        if (!isKnown) known.push(strategy);
        allocations[operator][key][strategy] = a;
    }

    /**
     * @dev Cuts an allocation, a pending deallocation pro rata, and the maximum.
     * @return wadSlashed The cut of all the operator's stake in the strategy.
     */
    function _cut(address operator, OperatorSet memory operatorSet, address strategy, uint256 wad)
        internal
        returns (uint256 wadSlashed)
    {
        Allocation memory a = getAllocation(operator, operatorSet, strategy);
        if (a.currentMagnitude == 0) return 0;
        uint64 cut = _ceil(a.currentMagnitude, wad);
        uint64 max = getMaxMagnitude(operator, strategy);
        wadSlashed = (uint256(cut) * WAD) / max;
        a.currentMagnitude -= cut;
        if (a.pendingDiff < 0) {
            uint64 pendingCut = _ceil(uint64(uint128(-a.pendingDiff)), wad);
            a.pendingDiff += int128(uint128(pendingCut));
            emit AllocationUpdated(operator, operatorSet, strategy, _after(a), a.effectBlock);
        }
        _setAllocation(operator, operatorSet, strategy, a);
        maxima[operator][strategy].push(Maximum(uint32(block.number), max - cut));
        emit EncumberedMagnitudeUpdated(operator, strategy, getEncumberedMagnitude(operator, strategy));
        emit AllocationUpdated(operator, operatorSet, strategy, a.currentMagnitude, uint32(block.number));
        emit MaxMagnitudeUpdated(operator, strategy, max - cut);
    }

    function _key(OperatorSet memory operatorSet) internal pure returns (bytes32) {
        return keccak256(abi.encode(operatorSet.avs, operatorSet.id));
    }

    function _maximumAt(address operator, address strategy, uint32 blockNumber) private view returns (uint64) {
        Maximum[] storage history = maxima[operator][strategy];
        for (uint256 i = history.length; i > 0; --i) {
            if (history[i - 1].fromBlock <= blockNumber) return history[i - 1].magnitude;
        }
        return WAD;
    }

    function _after(Allocation memory a) internal pure returns (uint64) {
        return uint64(uint128(int128(uint128(a.currentMagnitude)) + a.pendingDiff));
    }

    function _ceil(uint64 magnitude, uint256 wad) private pure returns (uint64) {
        return uint64((uint256(magnitude) * wad + WAD - 1) / WAD);
    }

    function _hasAllocation(address operator, OperatorSet memory operatorSet) private view returns (bool) {
        address[] storage known = strategiesEver[operator][_key(operatorSet)];
        for (uint256 i = 0; i < known.length; ++i) {
            Allocation memory a = getAllocation(operator, operatorSet, known[i]);
            if (a.currentMagnitude != 0 || a.pendingDiff != 0) return true;
        }
        return false;
    }
}
