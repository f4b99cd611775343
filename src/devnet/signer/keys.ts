import {secp256k1} from '@noble/curves/secp256k1.js';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {fromHex, toHex} from '../../lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../lib/protocol/wire/keccak.ts';
import {publicKeyOf, signRecoverable} from '../../lib/protocol/wire/secp256k1.ts';

/** Key K3 of the Web3Signer documentation; all examples use its address 0xFE3B…Bd73 as node_id. Never a real key. */
export const DEV_SIGNER_KEY = '0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63';

/** A signature in parts; `recovery` is 0 or 1, s is the low one. */
export type RecoverableSignature = {r: string; s: string; recovery: number};

export type DevKey = {
  /** 0x and lower-case hex, as in Web3Signer's answers. */
  address: string;
  /** 0x + 128 hex: the uncompressed key without its 04. */
  publicKey: string;
  /** Signs with RFC 6979 and low s, like viem; with `entropy` (32 bytes) at random, like a cloud KMS. */
  sign(digest: Uint8Array, entropy?: Uint8Array): RecoverableSignature;
};

/**
 * Reads a development key from its 32 bytes of hex.
 * @throws AosError USAGE when it is not a secp256k1 private key
 */
export function devKey(privateKey: string): DevKey {
  const secret = fromHex(privateKey);
  const point = secret === null ? null : publicKeyOf(secret);
  if (secret === null || point === null)
    throw new AosError('USAGE', 'a development signer key is not 32 bytes of hex');
  const publicKey = toHex(point.subarray(1));
  return {
    address: `0x${toHex(keccak256(point.subarray(1)).subarray(12))}`,
    publicKey: `0x${publicKey}`,
    sign(digest, entropy) {
      if (entropy !== undefined) return signAtRandom(digest, secret, entropy);
      const signed = signRecoverable(digest, secret);
      if (signed === null) throw new AosError('BUG', 'a development key that was checked does not sign');
      const hex = toHex(signed.signature);
      return {r: hex.slice(0, 64), s: hex.slice(64), recovery: signed.recoveryId};
    },
  };
}

/** Signs with extra entropy, which the fast library does not support and only a fault needs. */
function signAtRandom(digest: Uint8Array, secret: Uint8Array, entropy: Uint8Array): RecoverableSignature {
  const options = {prehash: false, lowS: true, format: 'recovered', extraEntropy: entropy} as const;
  const hex = toHex(secp256k1.sign(digest, secret, options));
  return {r: hex.slice(2, 66), s: hex.slice(66), recovery: Number(hex.slice(0, 2))};
}

/** Formats r‖s‖v with v 27/28 as 0x + 130 hex, like every message signature of Web3Signer. */
export function signatureText(signature: RecoverableSignature): string {
  return `0x${signature.r}${signature.s}${signature.recovery === 0 ? '1b' : '1c'}`;
}
