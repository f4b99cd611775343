import {createCipheriv, createHash, pbkdf2Sync} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {bytesOf} from '../../../src/lib/keys/big-endian.ts';
import {publicKeys} from '../../../src/lib/keys/bn254.ts';
import {openEip2335, readEip2335} from '../../../src/lib/keys/eip2335-keystore.ts';
import {kindOfKeyText} from '../../../src/lib/keys/key-text.ts';
import {thrown} from '../../support/config-file.ts';

/** The PBKDF2 vector of EIP-2335, whose password has letters that NFKD changes. */
const PASSWORD = '𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑';
const SECRET = 0x000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26fn;
const VECTOR = {
  crypto: {
    kdf: {
      function: 'pbkdf2',
      params: {
        dklen: 32,
        c: 262_144,
        prf: 'hmac-sha256',
        salt: 'd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
      },
      message: '',
    },
    checksum: {
      function: 'sha256',
      params: {},
      message: '8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1',
    },
    cipher: {
      function: 'aes-128-ctr',
      params: {iv: '264daa3f303d7259501c93d997d84fe6'},
      message: 'cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad',
    },
  },
  version: 4,
};
const text = (over: object): string => JSON.stringify({...VECTOR, ...over});

/** A keystore that costs nothing to open, with a public key. */
function cheap(key: bigint, over: object): string {
  const [salt, iv] = [Buffer.alloc(32, 1), Buffer.alloc(16, 2)];
  const derived = pbkdf2Sync('password', salt, 1, 32, 'sha256');
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const message = Buffer.concat([cipher.update(bytesOf(key)), cipher.final()]);
  const checksum = createHash('sha256').update(derived.subarray(16)).update(message).digest('hex');
  const params = {dklen: 32, c: 1, prf: 'hmac-sha256', salt: salt.toString('hex')};
  return text({
    crypto: {
      kdf: {function: 'pbkdf2', params, message: ''},
      checksum: {function: 'sha256', params: {}, message: checksum},
      cipher: {function: 'aes-128-ctr', params: {iv: iv.toString('hex')}, message: message.toString('hex')},
    },
    ...over,
  });
}

/** As gnark writes a point: its x, with marks in the first bits. */
const marked = (parts: readonly bigint[], mark: number): string => {
  const [first = 0, ...rest] = Buffer.concat(parts.map(bytesOf));
  return Buffer.from([first | mark, ...rest]).toString('hex');
};

describe('a keystore of EIP-2335', () => {
  it('opens as the standard has it, with the password in NFKD and without control characters', async () => {
    expect(kindOfKeyText(text({}))).toBe('eip2335');
    expect(await openEip2335(readEip2335(text({curve: 'bn254'})), `${PASSWORD}\u0007`)).toBe(SECRET);
  });

  it('of another password, or whose public key is another one, does not open', async () => {
    const {g1, g2} = publicKeys(7n);
    for (const pubkey of ['', marked([g1.x], 0x80), marked(g2.x, 0xc0), `0x${marked(g2.x, 0x80)}`])
      expect(await openEip2335(readEip2335(cheap(7n, {pubkey})), 'password')).toBe(7n);
    for (const pubkey of [marked([g1.x], 0x80), marked(g2.x, 0xc0)])
      await expect(openEip2335(readEip2335(cheap(8n, {pubkey})), 'password')).rejects.toMatchObject({
        code: 'KEY_KEYSTORE_INVALID',
      });
    await expect(openEip2335(readEip2335(cheap(7n, {})), 'passwords')).rejects.toMatchObject({
      code: 'KEY_PASSWORD_WRONG',
    });
  });

  it.each([
    ['names its curve', {curve: 'bls12-381'}],
    ['has a public key of that length', {pubkey: '96'.repeat(48)}],
  ])('of a validator is refused before its password is asked for: it %s', (_how, over) => {
    expect(thrown(() => readEip2335(text(over)))).toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringMatching(/BLS12-381.*BN254/) as string,
      next: {run: {command: 'keys bls create'}},
    });
  });

  it.each([
    [
      'another cipher',
      {crypto: {...VECTOR.crypto, cipher: {...VECTOR.crypto.cipher, function: 'aes-256-gcm'}}},
    ],
    [
      'far too many rounds',
      {
        crypto: {
          ...VECTOR.crypto,
          kdf: {...VECTOR.crypto.kdf, params: {...VECTOR.crypto.kdf.params, c: 1_000_000_000}},
        },
      },
    ],
    ['no salt', {crypto: {...VECTOR.crypto, kdf: {function: 'scrypt', params: {}}}}],
  ])('with %s is not opened', (_what, over) => {
    expect(thrown(() => readEip2335(text(over)))).toMatchObject({code: 'KEY_KEYSTORE_UNSUPPORTED'});
  });
});
