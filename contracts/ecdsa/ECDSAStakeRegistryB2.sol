// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignatureWithSaltAndExpiry} from "../base/Types.sol";
import {ECDSASigningKeys} from "./ECDSASigningKeys.sol";
import {ECDSAStakeRegistry} from "./ECDSAStakeRegistry.sol";

/// @title The second generation, mid 2024 to 2025
contract ECDSAStakeRegistryB2 is ECDSASigningKeys {
    constructor(address delegation, address serviceManager) ECDSAStakeRegistry(delegation, serviceManager) {}

    function registerOperatorWithSignature(SignatureWithSaltAndExpiry calldata operatorSignature, address signingKey)
        external
    {
        _register(msg.sender, operatorSignature);
        _setKey(signingKey);
    }

    function deregisterOperator() external {
        _deregister(msg.sender);
    }

    /// @notice Spelt as in the contracts of 2024.
    function getLastestOperatorSigningKey(address operator) external view returns (address) {
        return signingKeys[operator];
    }
}
