import {createCipheriv, createHash, pbkdf2Sync} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {importedKey} from '../../../../src/lib/features/keys/import-key.ts';
import {bytesOf} from '../../../../src/lib/keys/big-endian.ts';
import {tempDir} from '../../../support/config-file.ts';

const KEY = 0x1234_5678_9abc_def0_1234_5678_9abc_def0n;

/** A keystore of EIP-2335 with {@link KEY} that costs nothing to open. */
function eip2335(over: object = {}): string {
  const [salt, iv] = [Buffer.alloc(32, 1), Buffer.alloc(16, 2)];
  const derived = pbkdf2Sync('password', salt, 1, 32, 'sha256');
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const message = Buffer.concat([cipher.update(bytesOf(KEY)), cipher.final()]);
  const checksum = createHash('sha256').update(derived.subarray(16)).update(message).digest('hex');
  const params = {dklen: 32, c: 1, prf: 'hmac-sha256', salt: salt.toString('hex')};
  return JSON.stringify({
    crypto: {
      kdf: {function: 'pbkdf2', params, message: ''},
      checksum: {function: 'sha256', params: {}, message: checksum},
      cipher: {function: 'aes-128-ctr', params: {iv: iv.toString('hex')}, message: message.toString('hex')},
    },
    version: 4,
    ...over,
  });
}

async function read(text: string, password: string): Promise<{key: bigint; password: string}> {
  using dir = tempDir();
  const [from, file] = [join(dir.path, 'key'), join(dir.path, 'password')];
  writeFileSync(from, text, {mode: 0o600});
  writeFileSync(file, `${password}\n`, {mode: 0o600});
  const {signal} = new AbortController();
  return await importedKey({kind: 'file', path: from}, {kind: 'file', path: file}, signal);
}

describe('the key that aos keys bls import takes', () => {
  it('comes out of a keystore of EIP-2335, whose password is that of the new one', async () => {
    const taken = {key: KEY, password: 'password'};
    expect(await read(eip2335({curve: 'bn254'}), 'password')).toEqual(taken);
    expect(await read(`0x${KEY.toString(16)}\n`, 'password')).toEqual(taken);
  });

  it.each([
    ['a validator’s keystore', eip2335({pubkey: 'ab'.repeat(48)}), 'password', 'KEY_INVALID'],
    ['another password', eip2335(), 'another', 'KEY_PASSWORD_WRONG'],
    ['a long text that is none', 'x'.repeat(2_000), 'password', 'KEY_INVALID'],
  ])('is not taken from %s', async (_what, text, password, code) => {
    await expect(read(text, password)).rejects.toMatchObject({code});
  });
});
