// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Failing} from "../base/Failing.sol";
import {IAVSDirectory, IQuorums, IStakeRegistry} from "../base/Interfaces.sol";
import {Pausable} from "../base/Pausable.sol";
import {Bitmaps} from "../base/Bitmaps.sol";
import {SignatureWithSaltAndExpiry} from "../base/Types.sol";

/// @title The service manager of AOS behind a BLS registry coordinator
/// @notice Like the published contract it never removes an operator from its list: one that leaves cannot register
/// again. `mayReturn` turns that off.
/// A range is inclusive at both ends and (0, 0) while it is unset; MAX_RANGE has no getter.
contract AOSServiceManager is Pausable {
    struct Range {
        uint256 start;
        uint256 end;
    }

    uint8 public constant PAUSED_OPERTOR_REGISTRATION = 1;
    uint256 internal constant MAX_RANGE = 600000;

    address public immutable avsDirectory;
    address private immutable registryCoordinator;
    address private immutable stakeRegistry;
    bool private immutable mayReturn;

    mapping(address operator => Range range) public operatorRanges;
    address[] public operators;

    modifier onlyRegistryCoordinator() {
        require(
            msg.sender == registryCoordinator,
            "ServiceManagerBase.onlyRegistryCoordinator: caller is not the registry coordinator"
        );
        _;
    }

    constructor(address avsDirectory_, address registryCoordinator_, address stakeRegistry_, bool mayReturn_)
        Failing(false)
    {
        avsDirectory = avsDirectory_;
        registryCoordinator = registryCoordinator_;
        stakeRegistry = stakeRegistry_;
        mayReturn = mayReturn_;
    }

    function initialize() external initializer {}

    function registerOperatorToAVS(address operator, SignatureWithSaltAndExpiry calldata operatorSignature)
        external
        whenNotPaused(PAUSED_OPERTOR_REGISTRATION)
        onlyRegistryCoordinator
    {
        bool known = _isKnown(operator);
        require(!known || mayReturn, "Operator already registered");
        if (!known) operators.push(operator);
        IAVSDirectory(avsDirectory).registerOperatorToAVS(operator, operatorSignature);
    }

    /// @notice The operator stays in `operators`, and keeps its range.
    function deregisterOperatorFromAVS(address operator)
        external
        whenNotPaused(PAUSED_OPERTOR_REGISTRATION)
        onlyRegistryCoordinator
    {
        IAVSDirectory(avsDirectory).deregisterOperatorFromAVS(operator);
    }

    function updateOperatorRange(address operatorAddress, uint256 start, uint256 end) external onlyOwner {
        require(_isKnown(operatorAddress), "Operator not registered");
        require(start < end, "Start range must be less than end range");
        require(end <= MAX_RANGE, "End range cannot exceed maximum range");
        operatorRanges[operatorAddress] = Range(start, end);
    }

    function getNumOperators() external view returns (uint256) {
        return operators.length;
    }

    /// @notice The operators whose range contains `value`; an operator without a range has (0, 0), which contains 0.
    function getOperatorsInRange(uint256 value) external view returns (address[] memory found) {
        address[] memory all = operators;
        uint256 count;
        for (uint256 i = 0; i < all.length; ++i) {
            Range storage range = operatorRanges[all[i]];
            if (value >= range.start && value <= range.end) all[count++] = all[i];
        }
        found = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            found[i] = all[i];
        }
    }

    /// @notice The strategies of all quorums, those of several quorums more than once.
    function getRestakeableStrategies() external view returns (address[] memory) {
        uint256 count = IQuorums(registryCoordinator).quorumCount();
        return _strategies((1 << count) - 1);
    }

    /// @notice The strategies of the operator's quorums.
    function getOperatorRestakedStrategies(address operator) external view returns (address[] memory) {
        IQuorums registry = IQuorums(registryCoordinator);
        return _strategies(registry.getCurrentQuorumBitmap(registry.getOperatorId(operator)));
    }

    function _strategies(uint256 quorums) private view returns (address[] memory list) {
        bytes memory numbers = Bitmaps.toBytes(quorums);
        IStakeRegistry stakes = IStakeRegistry(stakeRegistry);
        uint256 count;
        for (uint256 q = 0; q < numbers.length; ++q) {
            count += stakes.strategyParamsLength(uint8(numbers[q]));
        }
        list = new address[](count);
        for (uint256 q = 0; q < numbers.length; ++q) {
            uint256 length = stakes.strategyParamsLength(uint8(numbers[q]));
            for (uint256 i = 0; i < length; ++i) {
                list[--count] = stakes.strategyOf(uint8(numbers[q]), i);
            }
        }
    }

    function _isKnown(address operator) private view returns (bool) {
        for (uint256 i = 0; i < operators.length; ++i) {
            if (operators[i] == operator) return true;
        }
        return false;
    }
}
