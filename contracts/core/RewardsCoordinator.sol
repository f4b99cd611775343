// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDelegation, IOperatorSets} from "../base/Interfaces.sol";
import {Owned} from "../base/Owned.sol";
import {OperatorSet} from "../base/Types.sol";
import {Permitted} from "../sets/Permitted.sol";

/// @title EigenLayer's RewardsCoordinator, as far as an operator reads and sets it
/// @notice A split takes effect after a minute; on the networks after seven days.
contract RewardsCoordinator is Owned, Permitted {
    struct DistributionRoot {
        bytes32 root;
        uint32 rewardsCalculationEndTimestamp;
        uint32 activatedAt;
        bool disabled;
    }

    struct OperatorSplit {
        uint16 oldSplitBips;
        uint16 newSplitBips;
        uint32 activatedAt;
    }

    error SplitExceedsMax();
    error PreviousSplitPending();
    error InvalidEarner();
    error InvalidOperatorSet();

    uint16 private constant ONE_HUNDRED_IN_BIPS = 10000;
    /// @dev There was no split before: the default one counts.
    uint16 private constant NONE = type(uint16).max;
    uint16 public constant defaultOperatorSplitBips = 1000;
    uint32 public constant activationDelay = 60;

    address public immutable delegationManager;
    address public immutable allocationManager;

    mapping(address earner => address claimer) public claimerFor;
    mapping(address earner => mapping(address token => uint256 amount)) public cumulativeClaimed;
    mapping(address operator => mapping(address avs => OperatorSplit split)) private avsSplits;
    mapping(address operator => OperatorSplit split) private incentiveSplits;
    mapping(address operator => mapping(bytes32 set => OperatorSplit split)) private setSplits;
    DistributionRoot[] private roots;

    event ClaimerForSet(address indexed earner, address indexed oldClaimer, address indexed claimer);
    event OperatorAVSSplitBipsSet(
        address indexed caller,
        address indexed operator,
        address indexed avs,
        uint32 activatedAt,
        uint16 oldOperatorAVSSplitBips,
        uint16 newOperatorAVSSplitBips
    );
    event OperatorPISplitBipsSet(
        address indexed caller,
        address indexed operator,
        uint32 activatedAt,
        uint16 oldOperatorPISplitBips,
        uint16 newOperatorPISplitBips
    );
    event OperatorSetSplitBipsSet(
        address indexed caller,
        address indexed operator,
        OperatorSet operatorSet,
        uint32 activatedAt,
        uint16 oldOperatorSetSplitBips,
        uint16 newOperatorSetSplitBips
    );
    event RewardsClaimed(
        bytes32 root,
        address indexed earner,
        address indexed claimer,
        address indexed recipient,
        address token,
        uint256 claimedAmount
    );

    constructor(address delegation_, address allocationManager_, address permissionController_)
        Permitted(permissionController_)
    {
        delegationManager = delegation_;
        allocationManager = allocationManager_;
    }

    function initialize() external initializer {}

    function setClaimerFor(address claimer) external {
        _setClaimer(msg.sender, claimer);
    }

    /// @notice By an admin or appointee of an operator or an AVS.
    function setClaimerFor(address earner, address claimer) external onlyFor(earner) {
        if (!IDelegation(delegationManager).isOperator(earner)
                && IOperatorSets(allocationManager).getOperatorSetCount(earner) == 0) revert InvalidEarner();
        _setClaimer(earner, claimer);
    }

    function setOperatorAVSSplit(address operator, address avs, uint16 split) external onlyFor(operator) {
        (uint32 activatedAt, uint16 old) = _setSplit(avsSplits[operator][avs], split);
        emit OperatorAVSSplitBipsSet(msg.sender, operator, avs, activatedAt, old, split);
    }

    /// @notice Of programmatic incentives.
    function setOperatorPISplit(address operator, uint16 split) external onlyFor(operator) {
        (uint32 activatedAt, uint16 old) = _setSplit(incentiveSplits[operator], split);
        emit OperatorPISplitBipsSet(msg.sender, operator, activatedAt, old, split);
    }

    function setOperatorSetSplit(address operator, OperatorSet calldata operatorSet, uint16 split)
        external
        onlyFor(operator)
    {
        if (!IOperatorSets(allocationManager).isOperatorSet(operatorSet)) revert InvalidOperatorSet();
        (uint32 activatedAt, uint16 old) = _setSplit(setSplits[operator][_key(operatorSet)], split);
        emit OperatorSetSplitBipsSet(msg.sender, operator, operatorSet, activatedAt, old, split);
    }

    function getOperatorAVSSplit(address operator, address avs) external view returns (uint16) {
        return _splitOf(avsSplits[operator][avs]);
    }

    function getOperatorPISplit(address operator) external view returns (uint16) {
        return _splitOf(incentiveSplits[operator]);
    }

    function getOperatorSetSplit(address operator, OperatorSet calldata operatorSet) external view returns (uint16) {
        return _splitOf(setSplits[operator][_key(operatorSet)]);
    }

    function getDistributionRootsLength() external view returns (uint256) {
        return roots.length;
    }

    /// @notice The newest root that is active and not disabled; all zero when there is none.
    function getCurrentClaimableDistributionRoot() external view returns (DistributionRoot memory found) {
        for (uint256 i = roots.length; i > 0; --i) {
            DistributionRoot memory root = roots[i - 1];
            if (!root.disabled && block.timestamp >= root.activatedAt) return root;
        }
    }

    /// @notice Test hook.
    function addRoot(bytes32 root, uint32 calculatedUntil, uint32 activatedAt) external onlyOwner {
        roots.push(DistributionRoot(root, calculatedUntil, activatedAt, false));
    }

    /// @notice Test hook: as if the earner had claimed.
    function recordClaim(address earner, address recipient, address token, uint256 amount) external onlyOwner {
        cumulativeClaimed[earner][token] += amount;
        bytes32 root = roots.length == 0 ? bytes32(0) : roots[roots.length - 1].root;
        emit RewardsClaimed(root, earner, earner, recipient, token, amount);
    }

    function _setClaimer(address earner, address claimer) private {
        emit ClaimerForSet(earner, claimerFor[earner], claimer);
        claimerFor[earner] = claimer;
    }

    function _setSplit(OperatorSplit storage split, uint16 bips) private returns (uint32 activatedAt, uint16 old) {
        if (bips > ONE_HUNDRED_IN_BIPS) revert SplitExceedsMax();
        if (block.timestamp <= split.activatedAt) revert PreviousSplitPending();
        old = _splitOf(split);
        activatedAt = uint32(block.timestamp) + activationDelay;
        split.oldSplitBips = split.activatedAt == 0 ? NONE : split.newSplitBips;
        split.newSplitBips = bips;
        split.activatedAt = activatedAt;
    }

    function _splitOf(OperatorSplit memory split) private view returns (uint16) {
        if (split.activatedAt == 0) return defaultOperatorSplitBips;
        if (block.timestamp >= split.activatedAt) return split.newSplitBips;
        return split.oldSplitBips == NONE ? defaultOperatorSplitBips : split.oldSplitBips;
    }

    function _key(OperatorSet calldata operatorSet) private pure returns (bytes32) {
        return keccak256(abi.encode(operatorSet.avs, operatorSet.id));
    }
}
