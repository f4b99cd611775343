import {createCipheriv, createDecipheriv, scrypt, timingSafeEqual} from 'node:crypto';
import * as v from 'valibot';
import {AosError} from '../foundation/errors/error.ts';
import {keccak256} from '../protocol/wire/keccak.ts';

/** go-ethereum's StandardScryptN and StandardScryptP; uses 256 MiB. */
const STANDARD = {n: 262_144, r: 8, p: 1} as const;
/** go-ethereum's LightScryptN and LightScryptP; 4 MiB and a fraction of the time, for keys without value. */
export const LIGHT = {n: 4_096, r: 8, p: 6} as const;
/** Limits for files from outside: twice the memory and four times the work of the standard parameters. */
const MOST_MEMORY = 512 * 1024 * 1024;
const MOST_WORK = 4 * STANDARD.n * STANDARD.r * STANDARD.p;

/** Bytes of a keystore's file, in hex. */
export const keystoreHex = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^(?:[0-9a-fA-F]{2})*$/),
    v.minLength(2 * least),
    v.maxLength(2 * most),
    v.transform((text) => Uint8Array.from(Buffer.from(text, 'hex'))),
  );
/** A whole number of a keystore's file, above 0. */
export const keystoreCount = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

/** The `crypto` object of Web3 Secret Storage, version 3; other members are ignored, as go-ethereum does. */
export const secretStorageSchema = v.object({
  cipher: v.literal('aes-128-ctr'),
  ciphertext: keystoreHex(1, 256),
  cipherparams: v.object({iv: keystoreHex(16, 16)}),
  kdf: v.literal('scrypt'),
  kdfparams: v.object({
    dklen: v.literal(32),
    n: keystoreCount,
    p: keystoreCount,
    r: keystoreCount,
    salt: keystoreHex(1, 256),
  }),
  mac: keystoreHex(32, 32),
});

/** A checked `crypto` object: bytes instead of hex. */
export type SecretStorage = v.InferOutput<typeof secretStorageSchema>;
/** The same object as in the file: hex instead of bytes. */
export type SecretStorageText = v.InferInput<typeof secretStorageSchema>;

/** Encrypts with scrypt and AES-128-CTR, as go-ethereum's `EncryptDataV3`. */
export async function encryptSecret(
  secret: Uint8Array,
  password: string,
  random: (length: number) => Uint8Array,
  cost: Cost = STANDARD,
): Promise<SecretStorageText> {
  const [salt, iv] = [random(32), random(16)];
  const key = await derive(Buffer.from(password, 'utf8'), salt, cost);
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final()]);
  const mac = macOf(key, ciphertext);
  key.fill(0);
  return {
    cipher: 'aes-128-ctr',
    ciphertext: ciphertext.toString('hex'),
    cipherparams: {iv: Buffer.from(iv).toString('hex')},
    kdf: 'scrypt',
    kdfparams: {dklen: 32, ...cost, salt: Buffer.from(salt).toString('hex')},
    mac: Buffer.from(mac).toString('hex'),
  };
}

/**
 * Decrypts; the MAC is compared in constant time before anything is decrypted.
 * @returns the secret; the caller overwrites it when done
 * @throws AosError KEY_PASSWORD_WRONG | KEY_KEYSTORE_UNSUPPORTED (scrypt parameters out of bounds)
 */
export async function decryptSecret(storage: SecretStorage, password: string): Promise<Uint8Array> {
  const {kdfparams, ciphertext, mac} = storage;
  const key = await deriveByScrypt(Buffer.from(password, 'utf8'), kdfparams.salt, kdfparams);
  try {
    if (!timingSafeEqual(macOf(key, ciphertext), mac)) {
      const lines = /[\r\n]/.test(password)
        ? '; it has several lines: does its file end with an empty one?'
        : '';
      throw new AosError('KEY_PASSWORD_WRONG', `the password does not open the keystore${lines}`);
    }
    const decipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), storage.cipherparams.iv);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } finally {
    key.fill(0);
  }
}

/** Parameters of scrypt (RFC 7914). */
export type Cost = {readonly n: number; readonly r: number; readonly p: number};

function refuseCost({n, r, p}: Cost): void {
  // RFC 7914 requires N below 2^(16r), and OpenSSL enforces it.
  const possible = n >= 2 && n <= 2 ** 30 && (n & (n - 1)) === 0 && Math.log2(n) < 16 * r;
  if (possible && memoryOf({n, r, p}) <= MOST_MEMORY && n * r * p <= MOST_WORK) return;
  const why = possible ? 'take too much memory or time' : 'are not possible';
  throw new AosError('KEY_KEYSTORE_UNSUPPORTED', `the keystore's scrypt parameters ${why}`, {
    details: {n, r, p},
  });
}

/** Bytes that OpenSSL counts against its limit. */
function memoryOf({n, r, p}: Cost): number {
  return 128 * r * (n + 2 + p);
}

/**
 * Derives 32 bytes with parameters from outside.
 * @throws AosError KEY_KEYSTORE_UNSUPPORTED (parameters out of bounds)
 */
export async function deriveByScrypt(password: Uint8Array, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  refuseCost(cost);
  return derive(password, salt, cost);
}

function derive(password: Uint8Array, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  const {n, r, p} = cost;
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer): void => (error === null ? resolve(key) : reject(error));
    scrypt(password, salt, 32, {N: n, r, p, maxmem: memoryOf(cost) + 1024}, done);
  });
}

/** keccak256(second half of the derived key ‖ ciphertext) */
function macOf(key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return keccak256(Buffer.concat([key.subarray(16, 32), ciphertext]));
}
