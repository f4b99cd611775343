// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Which part of the sampling range each operator answers for
/// @notice Written from the public interface of the network's range contract, for the development network.
/// A range is inclusive at both ends and (0, 0) while it is unset.
contract OperatorRangeManager {
    struct Range {
        uint256 start;
        uint256 end;
    }

    /// @notice The highest value a range may end at.
    uint256 public constant MAX_RANGE = 600000;

    address public owner;

    /// @notice (start, end) of an operator.
    mapping(address operator => Range range) public operatorRanges;

    /// @notice The registered operators in order of registration.
    address[] public operators;

    mapping(address operator => bool known) private registered;

    event OperatorRegistered(address indexed operator, uint256 start, uint256 end);
    event OperatorRangeUpdated(address indexed operator, uint256 start, uint256 end);

    error NotOwner(address caller);
    error ZeroAddress();
    error AlreadyRegistered(address operator);
    error NotRegistered(address operator);
    error InvalidRange(uint256 start, uint256 end);

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor() {
        owner = msg.sender;
    }

    /// @notice Adds an operator with its range. Operators cannot do this for themselves.
    function registerOperator(address operator, uint256 start, uint256 end) external onlyOwner {
        if (operator == address(0)) revert ZeroAddress();
        if (registered[operator]) revert AlreadyRegistered(operator);
        registered[operator] = true;
        operators.push(operator);
        _setRange(operator, start, end);
        emit OperatorRegistered(operator, start, end);
    }

    /// @notice Changes the range of a registered operator.
    function updateOperatorRange(address operator, uint256 start, uint256 end) external onlyOwner {
        if (!registered[operator]) revert NotRegistered(operator);
        _setRange(operator, start, end);
        emit OperatorRangeUpdated(operator, start, end);
    }

    function getNumOperators() external view returns (uint256) {
        return operators.length;
    }

    /// @notice The operators whose range contains `value`, both ends included.
    function getOperatorsInRange(uint256 value) external view returns (address[] memory found) {
        address[] memory all = operators;
        uint256 count;
        for (uint256 i = 0; i < all.length; ++i) {
            if (_holds(all[i], value)) all[count++] = all[i];
        }
        found = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            found[i] = all[i];
        }
    }

    function _holds(address operator, uint256 value) private view returns (bool) {
        Range storage range = operatorRanges[operator];
        return value >= range.start && value <= range.end;
    }

    function _setRange(address operator, uint256 start, uint256 end) private {
        if (start >= end || end > MAX_RANGE) revert InvalidRange(start, end);
        operatorRanges[operator] = Range(start, end);
    }
}
