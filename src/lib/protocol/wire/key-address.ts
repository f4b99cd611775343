import {checksumAddress, toHex} from './ethereum.ts';
import {keccak256} from './keccak.ts';
import {publicKeyOf, recoverKey} from './secp256k1.ts';

/** Half the order of secp256k1. EIP-2 refuses a higher `s`: it is the second spelling of a valid signature. */
const HALF_ORDER = Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex');

/**
 * Recovers the checksummed address whose key signed the 32-byte `digest` (`signature`: 65 bytes r‖s‖v, v 27/28).
 * Null for a wrong length, another v, r or s out of range, or s in the upper half (EIP-2).
 */
export function recoverAddress(digest: Uint8Array, signature: Uint8Array): string | null {
  const v = signature[64];
  if (digest.length !== 32 || signature.length !== 65 || (v !== 27 && v !== 28)) return null;
  if (HALF_ORDER.compare(signature, 32, 64) < 0) return null;
  const publicKey = recoverKey(digest, signature.subarray(0, 64), v === 27 ? 0 : 1);
  if (publicKey === null) return null;
  return checksumAddress(`0x${toHex(keccak256(publicKey.subarray(1)).subarray(12))}`);
}

/** Returns the checksummed address of a 32-byte private key; null when the bytes are not a secp256k1 key. */
export function addressOfKey(key: Uint8Array): string | null {
  const point = publicKeyOf(key);
  return point === null ? null : checksumAddress(`0x${toHex(keccak256(point.subarray(1)).subarray(12))}`);
}
