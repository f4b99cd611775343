import {instantiateSecp256k1} from '@bitauth/libauth/build/lib/crypto/secp256k1.js';

/** libsecp256k1 in WebAssembly, one instance for the process (docs/adr/0004-cryptography.md). */
const curve = await instantiateSecp256k1();

/**
 * Recovers the uncompressed public key (65 bytes) that signed the 32-byte `digest` (`signature`: r‖s, 64 bytes). Null
 * for an impossible signature: r or s is 0 or not below the order, or r is not a point.
 */
export function recoverKey(digest: Uint8Array, signature: Uint8Array, recoveryId: 0 | 1): Uint8Array | null {
  const key = curve.recoverPublicKeyUncompressed(signature, recoveryId, digest);
  return typeof key === 'string' ? null : key; // a string is an error message
}

/** Returns the uncompressed public key (65 bytes) of a private key; null unless it is 32 bytes from 1 to order − 1. */
export function publicKeyOf(secret: Uint8Array): Uint8Array | null {
  if (secret.length !== 32 || !curve.validatePrivateKey(secret)) return null;
  const key = curve.derivePublicKeyUncompressed(secret);
  return typeof key === 'string' ? null : key;
}

/** Signs a 32-byte digest (RFC 6979, low s): r‖s and the recovery id. Null for an invalid secret. */
export function signRecoverable(
  digest: Uint8Array,
  secret: Uint8Array,
): {signature: Uint8Array; recoveryId: number} | null {
  const signed = curve.signMessageHashRecoverableCompact(secret, digest);
  return typeof signed === 'string' ? null : signed;
}
