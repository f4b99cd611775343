// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {SignatureWithSaltAndExpiry} from "../base/Types.sol";
import {ECDSASigningKeys} from "./ECDSASigningKeys.sol";
import {ECDSAStakeRegistry} from "./ECDSAStakeRegistry.sol";

/// @title The third generation, 2025: M2 quorums beside operator sets
contract ECDSAStakeRegistryB3 is ECDSASigningKeys {
    constructor(address delegation, address serviceManager) ECDSAStakeRegistry(delegation, serviceManager) {}

    function registerOperatorM2Quorum(SignatureWithSaltAndExpiry calldata operatorSignature, address signingKey)
        external
    {
        _register(msg.sender, operatorSignature);
        _setKey(signingKey);
    }

    function deregisterOperatorM2Quorum() external {
        _deregister(msg.sender);
    }

    function getLatestOperatorSigningKey(address operator) external view returns (address) {
        return signingKeys[operator];
    }
}
