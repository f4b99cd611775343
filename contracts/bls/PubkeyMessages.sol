// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {BN254} from "../base/BN254.sol";
import {G1Point} from "../base/Types.sol";

/// @title What an operator signs to prove that a BLS key is its own
abstract contract PubkeyMessages {
    bytes32 public constant PUBKEY_REGISTRATION_TYPEHASH = keccak256("BN254PubkeyRegistration(address operator)");
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice The point that the key signs.
    function pubkeyRegistrationMessageHash(address operator) public view returns (G1Point memory) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("AVSRegistryCoordinator"),
                keccak256("v0.0.1"),
                block.chainid,
                address(this)
            )
        );
        bytes32 message = keccak256(abi.encode(PUBKEY_REGISTRATION_TYPEHASH, operator));
        return BN254.hashToG1(keccak256(abi.encodePacked(hex"1901", domain, message)));
    }
}
