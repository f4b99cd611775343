// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAVSRegistrar} from "../base/Interfaces.sol";

/// @title A registrar that lets everybody in
/// @notice For tests of slashing with an AVS that has no operator sets of its own.
contract OpenRegistrar is IAVSRegistrar {
    function supportsAVS(address) external pure returns (bool) {
        return true;
    }

    function registerOperator(address, address, uint32[] calldata, bytes calldata) external {}

    function deregisterOperator(address, address, uint32[] calldata) external {}
}
