// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IPermissions} from "../base/Interfaces.sol";
import {WordSet} from "../base/WordSet.sol";

/// @title Who may act for whom: an account's admins, and its appointees for single functions
/// @notice An account is its own admin until it has accepted another.
contract PermissionController is IPermissions {
    using WordSet for bytes32[];

    error NotAdmin();
    error AdminAlreadySet();
    error AdminAlreadyPending();
    error AdminNotPending();
    error AdminNotSet();
    error CannotHaveZeroAdmins();
    error AppointeeAlreadySet();
    error AppointeeNotSet();

    struct Permissions {
        bytes32[] pending;
        bytes32[] admins;
        mapping(address appointee => bytes32[] functions) functionsOf;
        mapping(bytes32 target => bytes32[] appointees) appointeesOf;
    }

    mapping(address account => Permissions permissions) private permissionsOf;

    event PendingAdminAdded(address indexed account, address admin);
    event PendingAdminRemoved(address indexed account, address admin);
    event AdminSet(address indexed account, address admin);
    event AdminRemoved(address indexed account, address admin);
    event AppointeeSet(address indexed account, address indexed appointee, address target, bytes4 selector);
    event AppointeeRemoved(address indexed account, address indexed appointee, address target, bytes4 selector);

    modifier onlyAdmin(address account) {
        if (!isAdmin(account, msg.sender)) revert NotAdmin();
        _;
    }

    function addPendingAdmin(address account, address admin) external onlyAdmin(account) {
        Permissions storage permissions = permissionsOf[account];
        if (permissions.admins.has(_word(admin))) revert AdminAlreadySet();
        if (!permissions.pending.add(_word(admin))) revert AdminAlreadyPending();
        emit PendingAdminAdded(account, admin);
    }

    function removePendingAdmin(address account, address admin) external onlyAdmin(account) {
        if (!permissionsOf[account].pending.remove(_word(admin))) revert AdminNotPending();
        emit PendingAdminRemoved(account, admin);
    }

    /// @notice From the first acceptance on the account is no admin of its own, unless it has accepted itself.
    function acceptAdmin(address account) external {
        Permissions storage permissions = permissionsOf[account];
        if (!permissions.pending.remove(_word(msg.sender))) revert AdminNotPending();
        permissions.admins.add(_word(msg.sender));
        emit AdminSet(account, msg.sender);
    }

    function removeAdmin(address account, address admin) external onlyAdmin(account) {
        bytes32[] storage admins = permissionsOf[account].admins;
        if (admins.length <= 1) revert CannotHaveZeroAdmins();
        if (!admins.remove(_word(admin))) revert AdminNotSet();
        emit AdminRemoved(account, admin);
    }

    function setAppointee(address account, address appointee, address target, bytes4 selector)
        external
        onlyAdmin(account)
    {
        Permissions storage permissions = permissionsOf[account];
        bytes32 key = _function(target, selector);
        if (!permissions.functionsOf[appointee].add(key)) revert AppointeeAlreadySet();
        permissions.appointeesOf[key].add(_word(appointee));
        emit AppointeeSet(account, appointee, target, selector);
    }

    function removeAppointee(address account, address appointee, address target, bytes4 selector)
        external
        onlyAdmin(account)
    {
        Permissions storage permissions = permissionsOf[account];
        bytes32 key = _function(target, selector);
        if (!permissions.functionsOf[appointee].remove(key)) revert AppointeeNotSet();
        permissions.appointeesOf[key].remove(_word(appointee));
        emit AppointeeRemoved(account, appointee, target, selector);
    }

    function isAdmin(address account, address caller) public view returns (bool) {
        bytes32[] storage admins = permissionsOf[account].admins;
        return admins.length == 0 ? account == caller : admins.has(_word(caller));
    }

    function isPendingAdmin(address account, address pendingAdmin) external view returns (bool) {
        return permissionsOf[account].pending.has(_word(pendingAdmin));
    }

    function getAdmins(address account) external view returns (address[] memory admins) {
        admins = _addresses(permissionsOf[account].admins);
        if (admins.length != 0) return admins;
        admins = new address[](1);
        admins[0] = account;
    }

    function getPendingAdmins(address account) external view returns (address[] memory) {
        return _addresses(permissionsOf[account].pending);
    }

    function canCall(address account, address caller, address target, bytes4 selector) external view returns (bool) {
        return isAdmin(account, caller) || permissionsOf[account].functionsOf[caller].has(_function(target, selector));
    }

    function getAppointeePermissions(address account, address appointee)
        external
        view
        returns (address[] memory targets, bytes4[] memory selectors)
    {
        bytes32[] storage list = permissionsOf[account].functionsOf[appointee];
        targets = new address[](list.length);
        selectors = new bytes4[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            targets[i] = address(bytes20(list[i]));
            selectors[i] = bytes4(list[i] << 160);
        }
    }

    function getAppointees(address account, address target, bytes4 selector)
        external
        view
        returns (address[] memory)
    {
        return _addresses(permissionsOf[account].appointeesOf[_function(target, selector)]);
    }

    /// @dev 20 bytes of the contract, 4 of the function.
    function _function(address target, bytes4 selector) private pure returns (bytes32) {
        return bytes32(abi.encodePacked(target, selector, bytes8(0)));
    }

    function _word(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    function _addresses(bytes32[] storage list) private view returns (address[] memory accounts) {
        accounts = new address[](list.length);
        for (uint256 i = 0; i < accounts.length; ++i) {
            accounts[i] = address(uint160(uint256(list[i])));
        }
    }
}
