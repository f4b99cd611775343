import {AosError} from '../foundation/errors/error.ts';
import {bytesOf, numberOf} from './big-endian.ts';
import {GROUP_ORDER} from './bn254.ts';
import {KEY_TEXT_NAMES, kindOfKeyText, oddKeyText, plainKeyText, type KeyTextKind} from './key-text.ts';
import {run, say, type NextStep} from '../foundation/next-step/next-step.ts';

/** The longest text that can be a key: 78 decimal digits, 0x and 64 hex digits, with some white space. */
export const MOST_KEY_TEXT = 1024;

/** What to do with a text that is a key, but no bare key of BN254. */
const ELSEWHERE: Readonly<Partial<Record<KeyTextKind, NextStep>>> = {
  'bls-keystore': run(
    'keys bls show',
    ['--file', 'FILE'],
    'It needs no import: set node.bls_key_file to it; show it with',
  ),
  v3: run('keys ecdsa import', ['--from', 'FILE'], 'It belongs into Web3Signer'),
  eip2335: run('keys bls import', ['--from', 'FILE'], 'Give its file to'),
  json: say('Give the key itself, or the whole keystore: jq . FILE shows whether it was cut off.'),
  pem: say('Give the number itself, in decimal or as 0x and hex digits.'),
  phrase: say('A BLS key of an operator has no phrase: give the number itself.'),
  'key-config': say('Give the key that it names.'),
};

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
  const trimmed = plainKeyText(text);
  const kind = kindOfKeyText(text);
  const elsewhere = ELSEWHERE[kind];
  if (elsewhere !== undefined)
    throw new AosError('KEY_INVALID', `not a BN254 private key: it is ${KEY_TEXT_NAMES[kind]}`, {
      next: elsewhere,
    });
  const hex = /^(?:0[xX]([0-9a-fA-F]{1,64})|([0-9a-fA-F]{64}))$/.exec(trimmed);
  const digits = hex?.[1] ?? hex?.[2];
  if (digits !== undefined) return inRange(BigInt(`0x${digits}`));
  if (/^\d{1,78}$/.test(trimmed)) return inRange(BigInt(trimmed));
  const odd = oddKeyText(text);
  const what =
    trimmed === ''
      ? 'there is no text'
      : odd === null
        ? 'the text is neither decimal digits nor 0x and hex digits'
        : `the text ${odd}`;
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
