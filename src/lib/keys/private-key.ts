import {AosError} from '../foundation/errors/error.ts';
import {bytesOf, numberOf} from './big-endian.ts';
import {GROUP_ORDER} from './bn254.ts';
import {run} from '../foundation/next-step/next-step.ts';

/** The longest text that can be a key: 78 decimal digits, 0x and 64 hex digits, with some white space. */
export const MOST_KEY_TEXT = 1024;

/** Makes a private key, 1 … r − 1. 48 random bytes are reduced into the range, so the bias is negligible. */
export function newPrivateKey(random: (length: number) => Uint8Array): bigint {
  return (numberOf(random(48)) % (GROUP_ORDER - 1n)) + 1n;
}

/**
 * Reads a private key from text: decimal, hex with 0x, or exactly 64 hex digits. White space around it is ignored. The
 * text is never part of an error.
 * @throws AosError KEY_INVALID
 */
export function parsePrivateKey(text: string): bigint {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) {
    throw new AosError('KEY_INVALID', 'this is a keystore, not a bare key; it needs no import', {
      next: run('keys bls show', ['--file', 'FILE'], 'Set node.bls_key_file to it; show it with'),
    });
  }
  const hex = /^(?:0[xX]([0-9a-fA-F]{1,64})|([0-9a-fA-F]{64}))$/.exec(trimmed);
  const digits = hex?.[1] ?? hex?.[2];
  if (digits !== undefined) return inRange(BigInt(`0x${digits}`));
  if (/^\d{1,78}$/.test(trimmed)) return inRange(BigInt(trimmed));
  const what =
    trimmed === '' ? 'there is no text' : 'the text is neither decimal digits nor 0x and hex digits';
  throw new AosError('KEY_INVALID', `not a BN254 private key: ${what}`);
}

/** Reads a private key from 32 big-endian bytes. @throws AosError KEY_INVALID */
export function privateKeyFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length !== 32)
    throw new AosError('KEY_INVALID', `a BN254 private key has 32 bytes, not ${bytes.length}`);
  return inRange(numberOf(bytes));
}

/** Returns a private key as 32 big-endian bytes. The caller overwrites them when done. */
export function privateKeyBytes(key: bigint): Uint8Array {
  return bytesOf(key);
}

/** Refuses a number outside 1 … r − 1 instead of reducing it: it is a mistake, such as an Ethereum key. */
function inRange(key: bigint): bigint {
  if (key > 0n && key < GROUP_ORDER) return key;
  const why = key === 0n ? 'it is zero' : 'it is not below the order of the curve (an Ethereum key, perhaps)';
  throw new AosError('KEY_INVALID', `the number is not a BN254 private key: ${why}`);
}
