// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignatureWithSaltAndExpiry} from "../base/Types.sol";
import {ECDSAStakeRegistry} from "./ECDSAStakeRegistry.sol";

/// @title The first generation, early to mid 2024: anyone may send an operator's signature
contract ECDSAStakeRegistryB1 is ECDSAStakeRegistry {
    constructor(address delegation, address serviceManager) ECDSAStakeRegistry(delegation, serviceManager) {}

    function registerOperatorWithSignature(address operator, SignatureWithSaltAndExpiry calldata operatorSignature)
        external
    {
        _register(operator, operatorSignature);
    }

    function deregisterOperator() external {
        _deregister(msg.sender);
    }
}
