// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAllocationDelays, IStrategyManager} from "../base/Interfaces.sol";
import {Owned} from "../base/Owned.sol";
import {OperatorSet} from "../base/Types.sol";

/// @title EigenLayer's DelegationManager: who is an operator, and with how many shares
/// @notice There are no deposits on the devnet: its owner sets the shares.
contract DelegationManager is Owned {
    error ActivelyDelegated();
    error OperatorsCannotUndelegate();
    error CallerNotAllocationManager();

    address public immutable allocationManager;
    address public immutable strategyManager;
    uint32 public constant minWithdrawalDelayBlocks = 50;

    mapping(address staker => address operator) public delegatedTo;
    mapping(address operator => address approver) public delegationApprover;
    mapping(address operator => mapping(address strategy => uint256 shares)) public operatorShares;

    event OperatorRegistered(address indexed operator, address delegationApprover);
    event OperatorMetadataURIUpdated(address indexed operator, string metadataURI);
    event OperatorSharesSlashed(address indexed operator, address strategy, uint256 totalSlashedShares);

    constructor(address allocationManager_, address strategyManager_) {
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

    function updateOperatorMetadataURI(address operator, string calldata metadataURI) external {
        require(msg.sender == operator && isOperator(operator), "not the operator");
        emit OperatorMetadataURIUpdated(operator, metadataURI);
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
        operatorShares[operator][strategy] = shares;
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
