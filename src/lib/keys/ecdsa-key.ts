import * as v from 'valibot';
import {AosError} from '../foundation/errors/error.ts';
import {run, say, type NextStep} from '../foundation/next-step/next-step.ts';
import {sameAddress} from '../protocol/wire/ethereum.ts';
import {addressOfKey} from '../protocol/wire/key-address.ts';
import {KEY_TEXT_NAMES, kindOfKeyText, oddKeyText, plainKeyText, type KeyTextKind} from './key-text.ts';
import {decryptSecret, secretStorageSchema, type SecretStorage} from './secret-storage.ts';

/** An encrypted key of an Ethereum account. */
export type V3Keystore = {
  crypto: SecretStorage;
  /** As the file claims, checksummed or not; null: it names none. */
  address: string | null;
};

const v3Schema = v.object({
  address: v.optional(v.pipe(v.string(), v.regex(/^(0x)?[0-9a-f]{40}$/i))),
  crypto: secretStorageSchema,
  version: v.literal(3),
});

/** What to do with a text that is no key of an Ethereum account. */
const ELSEWHERE: Readonly<Partial<Record<KeyTextKind, NextStep>>> = {
  'bls-keystore': run(
    'keys bls show',
    ['--file', 'FILE'],
    'It is for registration: set node.bls_key_file to it; show it with',
  ),
  eip2335: say('A key of BLS signs no jobs: give the key of the operator’s Ethereum account.'),
  presale: say('Open it with geth wallet import, then give the keystore that geth makes.'),
  phrase: say(
    'It holds many keys: export the private key of the operator’s account from the wallet (0x and 64 hex digits), and give that.',
  ),
  pem: say('Give the key as 0x and 64 hex digits: openssl ec -in FILE -text -noout shows them under "priv".'),
  'key-config': say('Give the keystore that it names in keystoreFile.'),
};

/**
 * Reads what holds the key of an Ethereum account: 64 hex digits, or a V3 keystore. The text is never part of an error.
 * @returns the key as 32 bytes, which the caller overwrites, or the keystore
 * @throws AosError KEY_INVALID naming what the text is | KEY_KEYSTORE_UNSUPPORTED
 */
export function readEcdsaText(text: string): {key: Uint8Array} | {keystore: V3Keystore} {
  const kind = kindOfKeyText(text);
  const bare = plainKeyText(text);
  if (kind === 'v3') return {keystore: readV3(bare)};
  const digits = /^(?:0[xX])?([0-9a-fA-F]{64})$/.exec(bare)?.[1];
  if (digits !== undefined) return {key: Uint8Array.from(Buffer.from(digits, 'hex'))};
  const odd = kind === 'other' ? oddKeyText(text) : null;
  const what = kind === 'empty' ? KEY_TEXT_NAMES.empty : `it is ${KEY_TEXT_NAMES[kind]}`;
  const length = kind === 'hex' ? `it has ${bare.replace(/^0x/i, '').length} hex digits, not 64` : what;
  throw new AosError(
    'KEY_INVALID',
    `not the key of an Ethereum account: ${odd === null ? length : `it ${odd}`}`,
    {
      next: ELSEWHERE[kind] ?? say('Give 0x and 64 hex digits, or a V3 keystore.'),
    },
  );
}

function readV3(text: string): V3Keystore {
  const parsed = v.safeParse(v3Schema, JSON.parse(text), {abortEarly: true});
  if (parsed.success) {
    const {address, crypto} = parsed.output;
    return {crypto, address: address === undefined ? null : `0x${address.replace(/^0x/i, '')}`};
  }
  const path = v.getDotPath(parsed.issues[0]) ?? 'it';
  throw new AosError(
    'KEY_KEYSTORE_UNSUPPORTED',
    `the Ethereum keystore cannot be opened: ${path} is not as geth and cast write it (scrypt, aes-128-ctr)`,
    {
      next: say(
        'Web3Signer may open it all the same: copy it to operator.json in the directory of its keys.',
      ),
    },
  );
}

/**
 * Opens a keystore and proves that its address belongs to the key.
 * @returns 32 bytes, which the caller overwrites
 * @throws AosError KEY_PASSWORD_WRONG | KEY_KEYSTORE_UNSUPPORTED | KEY_KEYSTORE_INVALID
 */
export async function openV3({crypto, address}: V3Keystore, password: string): Promise<Uint8Array> {
  const key = await decryptSecret(crypto, password);
  const own = addressOfEcdsaKey(key);
  if (address === null || sameAddress(own, address)) return key;
  key.fill(0);
  throw new AosError('KEY_KEYSTORE_INVALID', `the keystore says ${address}, but holds the key of ${own}`, {
    next: say('Check with the wallet which account it is, and take the keystore of that one.'),
  });
}

/** The checksummed address of a key. @throws AosError KEY_INVALID */
export function addressOfEcdsaKey(key: Uint8Array): string {
  const address = key.length === 32 ? addressOfKey(key) : null;
  if (address !== null) return address;
  throw new AosError('KEY_INVALID', 'not the key of an Ethereum account: it is zero, or too large', {
    next: say('Export the private key from the wallet again.'),
  });
}
