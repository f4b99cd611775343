// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What shares are of, at a rate the owner sets
contract Strategy {
    address public immutable underlyingToken;
    address public immutable owner;
    /// @notice Wei of the token for 1e18 shares.
    uint256 public rate = 1e18;

    constructor(address underlyingToken_) {
        underlyingToken = underlyingToken_;
        owner = msg.sender;
    }

    function sharesToUnderlyingView(uint256 amountShares) external view returns (uint256) {
        return (amountShares * rate) / 1e18;
    }

    /// @notice Test hook.
    function setRate(uint256 newRate) external {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        rate = newRate;
    }
}
