import {closeSync, fstatSync} from 'node:fs';
import * as v from 'valibot';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {openForReading, readAll} from '../../keys/private-file.ts';
import {secretStorageSchema} from '../../keys/secret-storage.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {isRawKey} from './from-key.ts';

/** A keystore has less than a kilobyte. */
const MOST_BYTES = 64 * 1024;

const schema = v.object({
  address: v.pipe(v.string(), v.regex(/^(0x)?[0-9a-f]{40}$/i)),
  crypto: secretStorageSchema,
  id: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f-]{1,64}$/i))),
  version: v.literal(3),
});

/** An encrypted keystore of an Ethereum key, for Web3Signer. */
export type FoundKeystore = {
  path: string;
  /** Checksummed, as the keystore says; whether it is that of the key is seen when it is opened. */
  address: string;
  /** The keystore's own members and nothing else, as the text of a file. */
  text: string;
};

/**
 * Reads the keystore that an operator.yaml names. Its mode may be any: the key in it is encrypted.
 * @param path absolute
 * @throws AosError KEY_MISSING | KEY_KEYSTORE_INVALID | KEY_KEYSTORE_UNSUPPORTED | RAW_PRIVATE_KEY (the file holds a key in plain)
 */
function readKeystore(path: string): FoundKeystore {
  const name = safeText(path);
  const raw = textOf(path, name);
  if (isRawKey(raw, 'private'))
    throw new AosError('RAW_PRIVATE_KEY', `${name} holds a private key in plain, not an encrypted keystore`);
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    throw new AosError('KEY_KEYSTORE_INVALID', `${name} is not the JSON of a keystore`); // its text may hold a secret
  }
  const parsed = v.safeParse(schema, json);
  if (!parsed.success)
    throw new AosError(
      'KEY_KEYSTORE_UNSUPPORTED',
      `${name} is no Web3 Secret Storage, version 3, with scrypt`,
    );
  const {address, crypto, id, version} = parsed.output;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const {cipher, ciphertext, cipherparams, kdf, kdfparams, mac} = crypto;
  const bare = address.replace(/^0x/i, '').toLowerCase();
  const keystore = {
    address: bare,
    crypto: {
      cipher,
      ciphertext: hex(ciphertext),
      cipherparams: {iv: hex(cipherparams.iv)},
      kdf,
      kdfparams: {...kdfparams, salt: hex(kdfparams.salt)},
      mac: hex(mac),
    },
    ...(id === undefined ? {} : {id}),
    version,
  };
  return {path, address: checksumAddress(`0x${bare}`), text: `${JSON.stringify(keystore, null, 2)}\n`};
}

function textOf(path: string, name: string): string {
  const file = openForReading(path, 'keystore', 'KEY_MISSING');
  try {
    if (!fstatSync(file).isFile()) throw new AosError('KEY_MISSING', `the keystore ${name} is not a file`);
    const bytes = readAll(file, MOST_BYTES);
    if (bytes === null)
      throw new AosError('KEY_KEYSTORE_INVALID', `the keystore ${name} is longer than ${MOST_BYTES} bytes`);
    return Buffer.from(bytes).toString('utf8');
  } finally {
    closeSync(file);
  }
}

/** Reads the keystore, or says why it cannot be used. @throws AosError RAW_PRIVATE_KEY */
export function tryKeystore(path: string): FoundKeystore | string {
  try {
    return readKeystore(path);
  } catch (error) {
    if (!isAosError(error) || error.code === 'RAW_PRIVATE_KEY') throw error;
    return error.message;
  }
}
