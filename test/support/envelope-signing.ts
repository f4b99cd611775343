import {privateAdd, pointFromScalar, signRecoverable} from 'tiny-secp256k1';
import {checksumAddress, eip191Digest, toHex} from '../../src/lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../src/lib/protocol/wire/keccak.ts';

/** A throw-away key of the tests and its address. */
export const TEST_KEY = Uint8Array.from(
  Buffer.from('4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318', 'hex'),
);
export const TEST_ADDRESS = addressOf(TEST_KEY);

/** Another key, for forgeries. */
export const OTHER_KEY = required(
  privateAdd(
    TEST_KEY,
    Uint8Array.from({length: 32}, (_, i) => (i === 31 ? 1 : 0)),
  ),
);

export function addressOf(key: Uint8Array): string {
  const point = required(pointFromScalar(key, false));
  return checksumAddress(`0x${toHex(keccak256(point.subarray(1)).subarray(12))}`);
}

/** EIP-191 signature as the protocol wants it: 130 hex digits, v 1b or 1c. */
export function signText(message: Uint8Array, key: Uint8Array = TEST_KEY): string {
  const {signature, recoveryId} = signRecoverable(eip191Digest(message), key);
  return `${toHex(signature)}${recoveryId === 0 ? '1b' : '1c'}`;
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error('the curve refused a test key');
  return value;
}
