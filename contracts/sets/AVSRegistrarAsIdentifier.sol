// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AVSRegistrar} from "./AVSRegistrar.sol";
import {OperatorSetsServiceManager} from "./OperatorSetsServiceManager.sol";

/// @title A registrar whose address is the AVS itself, so that AllocationManager needs no setAVSRegistrar
contract AVSRegistrarAsIdentifier is AVSRegistrar, OperatorSetsServiceManager {
    /// @param self The address that others call: that of its proxy.
    constructor(address self, address allocationManager_, address keyRegistrar_)
        AVSRegistrar(self, allocationManager_, keyRegistrar_)
    {}
}
