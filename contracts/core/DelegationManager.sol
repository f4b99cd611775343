// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAllocationDelays, IStrategyManager} from "../base/Interfaces.sol";
import {Owned} from "../base/Owned.sol";
import {OperatorSet} from "../base/Types.sol";
import {Permitted} from "../sets/Permitted.sol";

/// @title EigenLayer's DelegationManager: who is an operator, and with how many shares
/// @notice There are no deposits on the devnet: its owner sets the shares.
contract DelegationManager is Owned, Permitted {
    error ActivelyDelegated();
    error OperatorsCannotUndelegate();
    error CallerNotAllocationManager();
    error OperatorNotRegistered();

    bytes32 public constant DELEGATION_APPROVAL_TYPEHASH = keccak256(
        "DelegationApproval(address delegationApprover,address staker,address operator,bytes32 salt,uint256 expiry)"
    );
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    address public immutable allocationManager;
    address public immutable strategyManager;
    uint32 public constant minWithdrawalDelayBlocks = 50;

    mapping(address staker => address operator) public delegatedTo;
    mapping(address operator => address approver) public delegationApprover;
    /// @notice Never written: no staker delegates by a signature here.
    mapping(address approver => mapping(bytes32 salt => bool spent)) public delegationApproverSaltIsSpent;
    mapping(address operator => mapping(address strategy => uint256 shares)) public operatorShares;

    event OperatorRegistered(address indexed operator, address delegationApprover);
    event OperatorMetadataURIUpdated(address indexed operator, string metadataURI);
    event DelegationApproverUpdated(address indexed operator, address newDelegationApprover);
    event OperatorSharesIncreased(address indexed operator, address staker, address strategy, uint256 shares);
    event OperatorSharesDecreased(address indexed operator, address staker, address strategy, uint256 shares);
    event OperatorSharesSlashed(address indexed operator, address strategy, uint256 totalSlashedShares);

    constructor(address allocationManager_, address strategyManager_, address permissionController_)
        Permitted(permissionController_)
    {
        allocationManager = allocationManager_;
        strategyManager = strategyManager_;
    }

    function initialize() external initializer {}

    /// @notice Makes the sender an operator. This cannot be taken back.
    function registerAsOperator(address initDelegationApprover, uint32 allocationDelay, string calldata metadataURI)
        external
    {
        if (delegatedTo[msg.sender] != address(0)) revert ActivelyDelegated();
        delegatedTo[msg.sender] = msg.sender;
        delegationApprover[msg.sender] = initDelegationApprover;
        IAllocationDelays(allocationManager).setAllocationDelay(msg.sender, allocationDelay);
        emit OperatorRegistered(msg.sender, initDelegationApprover);
        emit OperatorMetadataURIUpdated(msg.sender, metadataURI);
    }

    function modifyOperatorDetails(address operator, address newDelegationApprover) external onlyFor(operator) {
        if (!isOperator(operator)) revert OperatorNotRegistered();
        delegationApprover[operator] = newDelegationApprover;
        emit DelegationApproverUpdated(operator, newDelegationApprover);
    }

    function updateOperatorMetadataURI(address operator, string calldata metadataURI) external onlyFor(operator) {
        if (!isOperator(operator)) revert OperatorNotRegistered();
        emit OperatorMetadataURIUpdated(operator, metadataURI);
    }

    function domainSeparator() public view returns (bytes32) {
        return keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("EigenLayer"), keccak256("1"), block.chainid, address(this))
        );
    }

    /// @notice What an approver signs to let a staker delegate to an operator.
    function calculateDelegationApprovalDigestHash(
        address staker,
        address operator,
        address approver,
        bytes32 approverSalt,
        uint256 expiry
    ) external view returns (bytes32) {
        bytes32 message =
            keccak256(abi.encode(DELEGATION_APPROVAL_TYPEHASH, approver, staker, operator, approverSalt, expiry));
        return keccak256(abi.encodePacked(hex"1901", domainSeparator(), message));
    }

    function undelegate(address staker) external view returns (bytes32[] memory) {
        if (isOperator(staker)) revert OperatorsCannotUndelegate();
        revert("not on the devnet");
    }

    function isOperator(address operator) public view returns (bool) {
        return operator != address(0) && delegatedTo[operator] == operator;
    }

    function isDelegated(address staker) external view returns (bool) {
        return delegatedTo[staker] != address(0);
    }

    function getOperatorShares(address operator, address[] memory strategies)
        public
        view
        returns (uint256[] memory shares)
    {
        shares = new uint256[](strategies.length);
        for (uint256 i = 0; i < strategies.length; ++i) {
            shares[i] = operatorShares[operator][strategies[i]];
        }
    }

    function getOperatorsShares(address[] memory operators, address[] memory strategies)
        external
        view
        returns (uint256[][] memory shares)
    {
        shares = new uint256[][](operators.length);
        for (uint256 i = 0; i < operators.length; ++i) {
            shares[i] = getOperatorShares(operators[i], strategies);
        }
    }

    /// @notice Nothing is ever withdrawn here.
    function getSlashableSharesInQueue(address, address) external pure returns (uint256) {
        return 0;
    }

    /// @notice Takes shares as AllocationManager does after a slash.
    function slashOperatorShares(
        address operator,
        OperatorSet calldata operatorSet,
        uint256 slashId,
        address strategy,
        uint64 previousMaxMagnitude,
        uint64 maxMagnitude
    ) external returns (uint256 slashed) {
        if (msg.sender != allocationManager) revert CallerNotAllocationManager();
        uint256 shares = operatorShares[operator][strategy];
        slashed = shares - (shares * maxMagnitude) / previousMaxMagnitude;
        _slash(operator, strategy, slashed);
        IStrategyManager(strategyManager).increaseBurnOrRedistributableShares(operatorSet, slashId, strategy, slashed);
    }

    /// @notice Test hook: what stakers have delegated.
    function setShares(address operator, address strategy, uint256 shares) external onlyOwner {
        uint256 before = operatorShares[operator][strategy];
        operatorShares[operator][strategy] = shares;
        if (shares > before) emit OperatorSharesIncreased(operator, operator, strategy, shares - before);
        if (shares < before) emit OperatorSharesDecreased(operator, operator, strategy, before - shares);
    }

    /// @notice Test hook: a slash without its AllocationManager.
    function slashShares(address operator, address strategy, uint256 shares) external onlyOwner {
        _slash(operator, strategy, shares);
    }

    function _slash(address operator, address strategy, uint256 shares) private {
        operatorShares[operator][strategy] -= shares;
        emit OperatorSharesSlashed(operator, strategy, shares);
    }
}
