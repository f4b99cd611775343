// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Owned} from "../base/Owned.sol";

/// @title EigenLayer's RewardsCoordinator, as far as a chain reader sees it
contract RewardsCoordinator is Owned {
    struct DistributionRoot {
        bytes32 root;
        uint32 rewardsCalculationEndTimestamp;
        uint32 activatedAt;
        bool disabled;
    }

    uint16 private constant DEFAULT_SPLIT_BIPS = 1000;

    mapping(address earner => address claimer) public claimerFor;
    mapping(address earner => mapping(address token => uint256 amount)) public cumulativeClaimed;
    DistributionRoot[] private roots;

    event ClaimerForSet(address indexed earner, address indexed oldClaimer, address indexed claimer);
    event RewardsClaimed(
        bytes32 root,
        address indexed earner,
        address indexed claimer,
        address indexed recipient,
        address token,
        uint256 claimedAmount
    );

    function initialize() external initializer {}

    function setClaimerFor(address claimer) external {
        emit ClaimerForSet(msg.sender, claimerFor[msg.sender], claimer);
        claimerFor[msg.sender] = claimer;
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

    function getOperatorAVSSplit(address, address) external pure returns (uint16) {
        return DEFAULT_SPLIT_BIPS;
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
}
