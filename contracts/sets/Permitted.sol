// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IPermissions} from "../base/Interfaces.sol";

/// @title Functions that an account or its appointees may call
abstract contract Permitted {
    error InvalidPermissions();

    address public immutable permissionController;

    constructor(address permissionController_) {
        permissionController = permissionController_;
    }

    modifier onlyFor(address account) {
        if (!_mayActFor(account)) revert InvalidPermissions();
        _;
    }

    function _mayActFor(address account) internal view returns (bool) {
        return IPermissions(permissionController).canCall(account, msg.sender, address(this), msg.sig);
    }
}
