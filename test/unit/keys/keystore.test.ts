import {createCipheriv, randomBytes} from 'node:crypto';
import {scrypt} from '@noble/hashes/scrypt.js';
import {keccak_256} from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {AosError} from '../../../src/lib/foundation/errors/error.ts';
import {
  openKeystore,
  parseKeystore,
  publicKeyText,
  sealKeystore,
} from '../../../src/lib/keys/bls-keystore.ts';
import {publicKeyG1} from '../../../src/lib/keys/bn254.ts';
import {LIGHT} from '../../../src/lib/keys/secret-storage.ts';
import {thrown} from '../../support/config-file.ts';

const KEY = 123456789012345678901234567890n;
const PASSWORD = 'correct horse Ω';

type Changes = {secret?: Uint8Array; pubKey?: string; crypto?: object; kdfparams?: object};

/** A keystore with cheap scrypt, made here with another library than the code under test uses. */
function cheap({secret, pubKey, crypto, kdfparams}: Changes = {}, [N, r, p] = [2, 1, 1]): string {
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  const derived = scrypt(PASSWORD, salt, {N, r, p, dkLen: 32});
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const plain = secret ?? Buffer.from(KEY.toString(16).padStart(64, '0'), 'hex');
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  const mac = Buffer.from(keccak_256(Buffer.concat([derived.subarray(16), ciphertext])));
  return JSON.stringify({
    pubKey: pubKey ?? publicKeyText(publicKeyG1(KEY)),
    crypto: {
      cipher: 'aes-128-ctr',
      ciphertext: ciphertext.toString('hex'),
      cipherparams: {iv: iv.toString('hex')},
      kdf: 'scrypt',
      kdfparams: {dklen: 32, n: N, p, r, salt: salt.toString('hex'), ...kdfparams},
      mac: mac.toString('hex'),
      ...crypto,
    },
  });
}

const open = (text: string, password = PASSWORD): Promise<bigint> =>
  openKeystore(parseKeystore(text, 'k.json'), password, 'k.json');

describe('a BLS keystore', () => {
  it('is what EigenLayer writes, and opens again with its password alone', async () => {
    const text = await sealKeystore(KEY, PASSWORD, randomBytes);
    const {x, y} = publicKeyG1(KEY);
    const {pubKey, crypto, ...rest} = JSON.parse(text) as {pubKey: string; crypto: object};
    expect(rest).toEqual({});
    expect(pubKey).toBe(`E([${x},${y}])`);
    expect(crypto).toMatchObject({
      cipher: 'aes-128-ctr',
      kdf: 'scrypt',
      kdfparams: {dklen: 32, n: 262144, r: 8, p: 1},
    });
    expect(await open(text)).toBe(KEY);
    await expect(open(text, 'correct horse')).rejects.toMatchObject({code: 'KEY_PASSWORD_WRONG'});
  });

  it('costs less to open where it is asked to', async () => {
    const text = await sealKeystore(KEY, PASSWORD, randomBytes, LIGHT);
    expect(JSON.parse(text)).toMatchObject({crypto: {kdfparams: {dklen: 32, n: 4096, r: 8, p: 6}}});
    expect(await open(text)).toBe(KEY);
  });

  it('never repeats salt and iv', async () => {
    const texts = await Promise.all([1, 2].map(() => sealKeystore(KEY, PASSWORD, randomBytes, LIGHT)));
    const [a, b] = texts.map((text) => parseKeystore(text, 'k'));
    expect(a?.publicKey).toEqual(b?.publicKey);
    expect(a?.crypto.kdfparams.salt).not.toEqual(b?.crypto.kdfparams.salt);
    expect(a?.crypto.cipherparams.iv).not.toEqual(b?.crypto.cipherparams.iv);
  });

  it('opens with other scrypt parameters, pretty-printed, and with members of other tools', async () => {
    expect(await open(cheap())).toBe(KEY);
    expect(await open(cheap({}, [4096, 8, 6] /* geth's light scrypt */))).toBe(KEY);
    const pretty = JSON.parse(cheap()) as object;
    expect(await open(JSON.stringify({...pretty, version: 3, id: 'x'}, null, 4))).toBe(KEY);
  });

  it('with a changed byte of ciphertext, mac or salt does not open', async () => {
    const flip = fc.record({
      member: fc.constantFrom('ciphertext', 'mac', 'salt'),
      at: fc.nat(31),
      by: fc.integer({min: 1, max: 255}),
    });
    await fc.assert(
      fc.asyncProperty(flip, async ({member, at, by}) => {
        const {crypto, ...rest} = parseKeystore(cheap(), 'k');
        const bytes = member === 'salt' ? crypto.kdfparams.salt : crypto[member];
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const tampered = openKeystore({...rest, crypto}, PASSWORD, 'k');
        await expect(tampered).rejects.toMatchObject({code: 'KEY_PASSWORD_WRONG', exitCode: 65});
      }),
    );
  });

  it('with a changed iv does not open: the key is another one', async () => {
    const {crypto, publicKey} = parseKeystore(cheap(), 'k');
    crypto.cipherparams.iv[15] = (crypto.cipherparams.iv[15] ?? 0) ^ 1;
    const error: unknown = await openKeystore({publicKey, crypto}, PASSWORD, 'k').catch((e: unknown) => e);
    expect(['KEY_INVALID', 'KEY_KEYSTORE_INVALID']).toContain((error as AosError).code);
  });

  it.each([
    ['another public key', {pubKey: publicKeyText(publicKeyG1(2n))}, 'KEY_KEYSTORE_INVALID'],
    ['a key that is too short', {secret: new Uint8Array(31).fill(1)}, 'KEY_INVALID'],
    ['a key beyond the order', {secret: new Uint8Array(32).fill(255)}, 'KEY_INVALID'],
    ['the key zero', {secret: new Uint8Array(32)}, 'KEY_INVALID'],
  ])('with %s in it is refused', async (_, changes, code) => {
    await expect(open(cheap(changes))).rejects.toMatchObject({code});
  });

  it.each([
    ['1 GiB of memory', {n: 2 ** 20, r: 8}],
    ['a huge r', {n: 2, r: 2 ** 30}],
    ['a huge p', {n: 2, p: 2 ** 30}],
    ['hours of work', {n: 2 ** 18, r: 8, p: 1000}],
    ['n that is no power of two', {n: 1000}],
    ['n of 2^16 with r of 1, which RFC 7914 forbids', {n: 2 ** 16, r: 1}],
    ['n of 1', {n: 1}],
    ['n beyond 32 bits', {n: 2 ** 40}],
  ])('that asks for %s is refused before anything is computed', async (_, kdfparams) => {
    await expect(open(cheap({kdfparams}))).rejects.toMatchObject({code: 'KEY_KEYSTORE_UNSUPPORTED'});
  });

  it.each([
    ['another cipher', {crypto: {cipher: 'aes-256-gcm'}}],
    ['another key derivation', {crypto: {kdf: 'pbkdf2'}}],
    ['EIP-2335', {crypto: {kdf: {function: 'scrypt', params: {}, message: ''}, cipher: 'aes-128-ctr'}}],
    ['a longer derived key', {kdfparams: {dklen: 64}}],
  ])('with %s is not one that aos opens', (_, changes) => {
    expect(thrown(() => parseKeystore(cheap(changes), 'k'))).toMatchObject({
      code: 'KEY_KEYSTORE_UNSUPPORTED',
    });
  });

  it.each([
    ['no JSON', 'secret-looking text'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no public key', cheap().replace('"pubKey"', '"pk"')],
    ['no crypto', '{"pubKey":"E([1,2])"}'],
    ['a public key off the curve', cheap({pubKey: 'E([1,3])'})],
    ['the point at infinity', cheap({pubKey: 'E([0,0])'})],
    ['gnark’s infinity', cheap({pubKey: 'O'})],
    ['a hex public key', cheap({pubKey: '0x01'})],
    ['half a byte of ciphertext', cheap({crypto: {ciphertext: 'abc'}})],
    ['a huge ciphertext', cheap({crypto: {ciphertext: 'ab'.repeat(5000)}})],
    ['a short mac', cheap({crypto: {mac: 'ab'}})],
    ['a short iv', cheap({crypto: {cipherparams: {iv: 'ab'}}})],
    ['n as text', cheap({kdfparams: {n: '2'}})],
    ['n as a fraction', cheap({kdfparams: {n: 2.5}})],
    ['a negative p', cheap({kdfparams: {p: -1}})],
    ['no cipher', cheap({crypto: {cipher: undefined}})],
  ])('that is %s is refused without quoting it', (_, text) => {
    const error = thrown(() => parseKeystore(text, 'k.json'));
    expect(error).toMatchObject({code: 'KEY_KEYSTORE_INVALID', exitCode: 65});
    expect((error as AosError).message).not.toContain('secret-looking');
  });
});
