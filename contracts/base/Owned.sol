// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title One owner, and a set-up that runs once
/// @notice Works behind a proxy: nothing is set by a constructor.
abstract contract Owned {
    address public owner;
    bool private initialized;

    modifier onlyOwner() {
        require(msg.sender == owner, "Ownable: caller is not the owner");
        _;
    }

    /// @dev Makes the sender the owner: in a proxy's constructor this is the account that deploys it.
    modifier initializer() {
        require(!initialized, "Initializable: contract is already initialized");
        initialized = true;
        owner = msg.sender;
        _;
    }

    function transferOwnership(address newOwner) external onlyOwner {
        owner = newOwner;
    }
}
