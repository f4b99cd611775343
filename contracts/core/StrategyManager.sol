// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OperatorSet} from "../base/Types.sol";

/// @title EigenLayer's StrategyManager, as far as a slash reaches it
contract StrategyManager {
    error OnlyDelegationManager();

    address public immutable delegation;

    event BurnOrRedistributableSharesIncreased(
        OperatorSet operatorSet, uint256 slashId, address strategy, uint256 shares
    );

    constructor(address delegation_) {
        delegation = delegation_;
    }

    function increaseBurnOrRedistributableShares(
        OperatorSet calldata operatorSet,
        uint256 slashId,
        address strategy,
        uint256 shares
    ) external {
        if (msg.sender != delegation) revert OnlyDelegationManager();
        emit BurnOrRedistributableSharesIncreased(operatorSet, slashId, strategy, shares);
    }
}
