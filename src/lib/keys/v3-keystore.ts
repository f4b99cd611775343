import {AosError} from '../foundation/errors/error.ts';
import * as v from 'valibot';
import {decryptSecret, encryptSecret, secretStorageSchema} from './secret-storage.ts';

/**
 * Encrypts an Ethereum key as Web3 Secret Storage, version 3, which Web3Signer, geth and others open. The keystore is
 * opened again before it is returned, so that the caller can safely delete the raw key.
 * @param key 32 bytes; the caller overwrites them
 * @param address of that key
 * @param random cryptographically strong random bytes
 * @returns text of the file
 */
export async function sealV3(
  key: Uint8Array,
  address: string,
  password: string,
  random: (length: number) => Uint8Array,
): Promise<string> {
  const crypto = await encryptSecret(key, password, random);
  const opened = await decryptSecret(v.parse(secretStorageSchema, crypto), password);
  const isSame = Buffer.compare(opened, key) === 0;
  opened.fill(0);
  if (!isSame) throw new AosError('BUG', 'the keystore does not contain the key that was put into it');
  const keystore = {address: address.slice(2).toLowerCase(), crypto, id: uuidOf(random(16)), version: 3};
  return `${JSON.stringify(keystore, null, 2)}\n`;
}

/** RFC 9562, version 4. */
function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20)].join('-');
}
