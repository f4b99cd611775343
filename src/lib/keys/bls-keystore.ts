import * as v from 'valibot';
import {AosError} from '../foundation/errors/error.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {type G1Point, isOnG1, publicKeyG1} from './bn254.ts';
import {KEY_TEXT_NAMES, kindOfKeyText} from './key-text.ts';
import {run, type NextStep} from '../foundation/next-step/next-step.ts';
import {privateKeyBytes, privateKeyFromBytes} from './private-key.ts';
import {readPrivateFile, writePrivateFile} from './private-file.ts';
import {
  type Cost,
  decryptSecret,
  encryptSecret,
  type SecretStorage,
  secretStorageSchema,
} from './secret-storage.ts';

/** A real keystore has about 600 bytes. */
const MOST_BYTES = 64 * 1024;

const keystoreSchema = v.object({pubKey: v.string(), crypto: secretStorageSchema});

/** A keystore whose form was checked; nothing in it is decrypted yet. */
export type BlsKeystore = {
  /** As the file claims; only {@link openKeystore} proves it. */
  readonly publicKey: G1Point;
  readonly crypto: SecretStorage;
};

/**
 * EigenLayer's BLS keystore: `{"pubKey":"E([x,y])","crypto":{…}}` with the 32-byte big-endian private key in Web3
 * Secret Storage (eigensdk-go, crypto/bls/attestation.go). Text of the file.
 * @param random cryptographically strong random bytes
 * @param cost of guessing the password [the standard's]
 */
export async function sealKeystore(
  privateKey: bigint,
  password: string,
  random: (length: number) => Uint8Array,
  cost?: Cost,
): Promise<string> {
  const secret = privateKeyBytes(privateKey);
  const crypto = await encryptSecret(secret, password, random, cost).finally(() => secret.fill(0));
  return `${JSON.stringify({pubKey: publicKeyText(publicKeyG1(privateKey)), crypto})}\n`;
}

/**
 * Checks the text of a keystore.
 * @param name the file, for messages
 * @throws AosError KEY_KEYSTORE_INVALID | KEY_KEYSTORE_UNSUPPORTED
 */
export function parseKeystore(text: string, name: string): BlsKeystore {
  refuseOtherKind(text, name);
  const parsed = v.safeParse(keystoreSchema, jsonOf(text, name), {abortEarly: true});
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw keystoreError(v.getDotPath(issue) ?? '', issue.received, name);
  }
  const {pubKey, crypto} = parsed.output;
  const publicKey = parsePublicKey(pubKey);
  if (publicKey === null) throw invalid(name, 'pubKey is not E([x,y]) with a point of BN254');
  return {publicKey, crypto};
}

/**
 * Opens a keystore and proves that its public key belongs to the private one.
 * @returns the private key; a bigint cannot be wiped from memory, so keep it only as long as needed
 * @throws AosError KEY_PASSWORD_WRONG | KEY_KEYSTORE_UNSUPPORTED | KEY_KEYSTORE_INVALID
 */
export async function openKeystore(keystore: BlsKeystore, password: string, name: string): Promise<bigint> {
  const secret = await decryptSecret(keystore.crypto, password);
  try {
    const key = privateKeyFromBytes(secret);
    const {x, y} = publicKeyG1(key);
    if (x === keystore.publicKey.x && y === keystore.publicKey.y) return key;
    throw invalid(name, 'its pubKey does not belong to the private key in it');
  } finally {
    secret.fill(0);
  }
}

/** Reads and checks a keystore file. @throws AosError KEY_MISSING | KEY_UNSAFE | KEY_KEYSTORE_INVALID | KEY_KEYSTORE_UNSUPPORTED */
export function readKeystore(path: string): BlsKeystore {
  const bytes = readPrivateFile(path, MOST_BYTES, 'BLS keystore', 'KEY_MISSING');
  return parseKeystore(Buffer.from(bytes).toString('utf8'), safeText(path));
}

/**
 * Writes a keystore atomically, mode 0600.
 * @returns path of the backup of an earlier file, or null
 * @throws AosError KEY_EXISTS | KEY_WRITE_FAILED
 */
export function writeKeystore(path: string, text: string, options: {force: boolean}): string | null {
  return writePrivateFile(path, text, options);
}

/** `E([x,y])`, as gnark-crypto writes a point. */
export function publicKeyText({x, y}: G1Point): string {
  return `E([${x},${y}])`;
}

function parsePublicKey(text: string): G1Point | null {
  const found = /^E\(\[(\d{1,78}),\s?(\d{1,78})\]\)$/.exec(text);
  if (found === null) return null;
  const point = {x: BigInt(found[1] ?? ''), y: BigInt(found[2] ?? '')};
  return isOnG1(point) ? point : null;
}

/** What a file is that was taken for a BLS keystore, and what to do with it. @throws AosError KEY_KEYSTORE_INVALID */
function refuseOtherKind(text: string, name: string): void {
  const kind = kindOfKeyText(text);
  const next = new Map<string, NextStep>([
    ['v3', run('keys ecdsa import', ['--from', name], 'It belongs into Web3Signer')],
    ['eip2335', run('keys bls import', ['--from', name, '--file', 'bls.json'], 'Put its key into one')],
    ['hex', run('keys bls import', ['--from', name, '--file', 'bls.json'], 'Encrypt it')],
    ['decimal', run('keys bls import', ['--from', name, '--file', 'bls.json'], 'Encrypt it')],
  ]).get(kind);
  if (next === undefined) return;
  throw new AosError('KEY_KEYSTORE_INVALID', `${name} is ${KEY_TEXT_NAMES[kind]}, not a BLS keystore`, {
    next,
  });
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch {
    throw invalid(name, 'it is not JSON'); // without the parser's message, which quotes the text
  }
}

function keystoreError(path: string, received: string, name: string): AosError {
  const unsupported = new Map([
    ['crypto.cipher', 'its cipher is not aes-128-ctr'],
    ['crypto.kdf', 'its key derivation is not the scrypt of Web3 Secret Storage'],
    ['crypto.kdfparams.dklen', 'its derived key does not have 32 bytes'],
  ]).get(path);
  if (unsupported !== undefined && received !== 'undefined') {
    return new AosError(
      'KEY_KEYSTORE_UNSUPPORTED',
      `the BLS keystore ${name} cannot be opened: ${unsupported}`,
    );
  }
  const what = received === 'undefined' ? 'is missing' : 'is not valid';
  return invalid(name, path === '' ? 'it is not a JSON object' : `${path} ${what}`);
}

function invalid(name: string, why: string): AosError {
  return new AosError('KEY_KEYSTORE_INVALID', `${name} is not a usable BLS keystore: ${why}`);
}
