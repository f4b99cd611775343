// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IPermissions} from "../base/Interfaces.sol";

/// @title Who may act for whom: an account for itself, and its appointees
contract PermissionController is IPermissions {
    mapping(address account => mapping(bytes32 permission => bool appointed)) private appointments;

    event AppointeeSet(address indexed account, address indexed appointee, address target, bytes4 selector);

    function setAppointee(address account, address appointee, address target, bytes4 selector) external {
        require(msg.sender == account, "not the account");
        appointments[account][_key(appointee, target, selector)] = true;
        emit AppointeeSet(account, appointee, target, selector);
    }

    function canCall(address account, address caller, address target, bytes4 selector) external view returns (bool) {
        return account == caller || appointments[account][_key(caller, target, selector)];
    }

    function _key(address caller, address target, bytes4 selector) private pure returns (bytes32) {
        return keccak256(abi.encode(caller, target, selector));
    }
}
