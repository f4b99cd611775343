// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

interface IERC1271 {
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
}

/// @title ECDSA recovery and contract signatures (EIP-1271)
library Signatures {
    bytes4 internal constant MAGIC = IERC1271.isValidSignature.selector;
    /// @dev Half the order of secp256k1: a higher s is the malleable twin of a lower one.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @return The signer, or zero for what is no signature.
    function recover(bytes32 digest, bytes memory signature) internal pure returns (address) {
        if (signature.length != 65) return address(0);
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
            v := byte(0, mload(add(signature, 96)))
        }
        if (uint256(s) > HALF_ORDER) return address(0);
        return ecrecover(digest, v, r, s);
    }

    /// @notice As contracts since 1.3.0: an ECDSA signature of the account, else the account's own word.
    function isValidNow(address signer, bytes32 digest, bytes memory signature) internal view returns (bool) {
        address recovered = recover(digest, signature);
        if (recovered != address(0) && recovered == signer) return true;
        (bool ok, bytes memory answer) =
            signer.staticcall(abi.encodeCall(IERC1271.isValidSignature, (digest, signature)));
        return ok && answer.length >= 32 && abi.decode(answer, (bytes32)) == bytes32(MAGIC);
    }

    /// @notice As the M2 contracts: an account with code is always asked, others must have signed.
    function requireValidM2(address signer, bytes32 digest, bytes memory signature) internal view {
        if (signer.code.length > 0) {
            require(
                IERC1271(signer).isValidSignature(digest, signature) == MAGIC,
                "EIP1271SignatureUtils.checkSignature_EIP1271: ERC1271 signature verification failed"
            );
            return;
        }
        require(signature.length == 65, "ECDSA: invalid signature length");
        address recovered = recover(digest, signature);
        require(recovered != address(0), "ECDSA: invalid signature");
        require(recovered == signer, "EIP1271SignatureUtils.checkSignature_EIP1271: signature not from signer");
    }
}
