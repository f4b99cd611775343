import {createDecipheriv, createHash, pbkdf2, timingSafeEqual} from 'node:crypto';
import {promisify} from 'node:util';
import * as v from 'valibot';
import {AosError} from '../foundation/errors/error.ts';
import {run, say} from '../foundation/next-step/next-step.ts';
import {publicKeys} from './bn254.ts';
import {bytesOf} from './big-endian.ts';
import {plainKeyText} from './key-text.ts';
import {privateKeyFromBytes} from './private-key.ts';
import {deriveByScrypt, keystoreCount, keystoreHex} from './secret-storage.ts';

/** A multiple of what the tools write (262144), which takes a fraction of a second. */
const MOST_ROUNDS = 10_000_000;

const salt = keystoreHex(1, 256);
const kdf = v.variant('function', [
  v.object({
    function: v.literal('scrypt'),
    params: v.object({dklen: v.literal(32), n: keystoreCount, p: keystoreCount, r: keystoreCount, salt}),
  }),
  v.object({
    function: v.literal('pbkdf2'),
    params: v.object({
      dklen: v.literal(32),
      c: v.pipe(keystoreCount, v.maxValue(MOST_ROUNDS)),
      prf: v.literal('hmac-sha256'),
      salt,
    }),
  }),
]);
const schema = v.object({
  crypto: v.object({
    kdf,
    checksum: v.object({function: v.literal('sha256'), message: keystoreHex(32, 32)}),
    cipher: v.object({
      function: v.literal('aes-128-ctr'),
      params: v.object({iv: keystoreHex(16, 16)}),
      message: keystoreHex(32, 32),
    }),
  }),
  pubkey: v.optional(v.string(), ''),
  curve: v.optional(v.string(), ''),
});

/** A keystore of EIP-2335 with a key of BN254; nothing in it is decrypted yet. */
export type Eip2335Keystore = v.InferOutput<typeof schema>;

/** Hex digits of a public key of BLS12-381 in G1 and in G2. */
const OF_BLS12_381: ReadonlySet<number> = new Set([96, 192]);

/**
 * Reads a keystore of EIP-2335 as EigenLayer's tools write it for BN254 (bn254-keystore-go, Cerberus, eigenlayer-cli). Consensus
 * clients have keys of another curve in the same form: those are no keys of an AVS.
 * @throws AosError KEY_INVALID (a key of BLS12-381) | KEY_KEYSTORE_UNSUPPORTED
 */
export function readEip2335(text: string): Eip2335Keystore {
  const parsed = v.safeParse(schema, JSON.parse(plainKeyText(text)), {abortEarly: true});
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]) ?? 'it';
    throw new AosError(
      'KEY_KEYSTORE_UNSUPPORTED',
      `the keystore of EIP-2335 cannot be opened: ${path} is not as the standard has it (scrypt or pbkdf2, aes-128-ctr, sha256)`,
      {
        next: run(
          'keys bls import',
          [],
          'Decrypt it with the tool that made it, then give the key itself to',
        ),
      },
    );
  }
  const {curve, pubkey} = parsed.output;
  const digits = pubkey.replace(/^0x/i, '').length;
  if (/381/.test(curve) || (curve === '' && OF_BLS12_381.has(digits)))
    throw new AosError(
      'KEY_INVALID',
      'it is a keystore of EIP-2335 with a key of the curve BLS12-381, as validators of the beacon chain have; an AVS needs one of BN254',
      {next: run('keys bls create', [], 'Make a key for the AVS')},
    );
  return parsed.output;
}

/**
 * Opens a keystore and, where it names its public key as EigenLayer's tools do, proves that this belongs to the key.
 * @returns the private key; a bigint cannot be wiped from memory, so keep it only as long as needed
 * @throws AosError KEY_PASSWORD_WRONG | KEY_KEYSTORE_UNSUPPORTED | KEY_KEYSTORE_INVALID | KEY_INVALID
 */
export async function openEip2335({crypto, pubkey}: Eip2335Keystore, password: string): Promise<bigint> {
  const {kdf: how, checksum, cipher} = crypto;
  const typed = passwordOf(password);
  const key =
    how.function === 'scrypt'
      ? await deriveByScrypt(typed, how.params.salt, how.params)
      : await promisify(pbkdf2)(typed, how.params.salt, how.params.c, 32, 'sha256');
  let secret: Buffer | null = null;
  try {
    const own = createHash('sha256').update(key.subarray(16, 32)).update(cipher.message).digest();
    if (!timingSafeEqual(own, checksum.message))
      throw new AosError('KEY_PASSWORD_WRONG', 'the password does not open the keystore');
    const decipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), cipher.params.iv);
    secret = Buffer.concat([decipher.update(cipher.message), decipher.final()]);
    const opened = privateKeyFromBytes(secret);
    refuseOtherPublicKey(opened, pubkey);
    return opened;
  } finally {
    key.fill(0);
    secret?.fill(0);
  }
}

/** The password of EIP-2335: NFKD, without control characters (C0, C1, Delete). */
const passwordOf = (text: string): Uint8Array =>
  Buffer.from(text.normalize('NFKD').replace(/[\u0000-\u001f\u007f-\u009f]/g, ''), 'utf8');

/** gnark writes a point as its x, with two marks in the first bits; in G2 the second part of x comes first. */
function refuseOtherPublicKey(privateKey: bigint, pubkey: string): void {
  const bytes = Uint8Array.from(Buffer.from(pubkey.replace(/^0x/i, ''), 'hex'));
  const {g1, g2} = publicKeys(privateKey);
  const own = bytes.length === 32 ? [g1.x] : bytes.length === 64 ? g2.x : null;
  if (own === null) return;
  const [first = 0, ...rest] = bytes;
  const named = Buffer.from([first & 0x3f, ...rest]);
  if (named.equals(Buffer.concat(own.map(bytesOf)))) return;
  throw new AosError(
    'KEY_KEYSTORE_INVALID',
    'the pubkey of the keystore does not belong to the private key in it',
    {
      next: say('Compare it with its backup, and take the keystore of the key that is meant.'),
    },
  );
}
