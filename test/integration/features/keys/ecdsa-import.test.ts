import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {importEcdsaKey, type EcdsaImport} from '../../../../src/lib/features/keys/ecdsa-import.ts';
import {keyConfigText, PASSWORD_NAME} from '../../../../src/lib/features/init/web3signer-files.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {addressOfEcdsaKey, openV3, readEcdsaText} from '../../../../src/lib/keys/ecdsa-key.ts';
import {tempDir} from '../../../support/config-file.ts';

/** A keystore of go-ethereum's tests (accounts/keystore/testdata/keystore/aaa, password foobar). */
const VECTOR = {
  address: 'f466859ead1932d743d622cb74fc058882e8648a',
  crypto: {
    cipher: 'aes-128-ctr',
    ciphertext: 'cb664472deacb41a2e995fa7f96fe29ce744471deb8d146a0e43c7898c9ddd4d',
    cipherparams: {iv: 'dfd9ee70812add5f4b8f89d0811c9158'},
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 8,
      p: 16,
      r: 8,
      salt: '0d6769bf016d45c479213990d6a08d938469c4adad8a02ce507b4a4e7b7739f1',
    },
    mac: 'bac9af994b15a45dd39669fc66f9aa8a3b9dd8c22cb16e4d8d7ea089d0f1a1a9',
  },
  id: '472e8b3d-afb6-45b5-8111-72c89895099a',
  version: 3,
};
const KEY = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d';
const ADDRESS = '0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b';
const ANVIL = 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

type Given = Partial<Pick<EcdsaImport, 'expected' | 'force' | 'devnet'>> & {password?: string};

/** Imports a text from a file of a directory. @returns what was written, or the refusal */
async function imported(dir: string, text: string, {password = 'secret', ...given}: Given = {}) {
  const [from, passwordFile] = [join(dir, 'source'), join(dir, 'given')];
  writeFileSync(from, text, {mode: 0o600});
  writeFileSync(passwordFile, password, {mode: 0o600});
  const notes: string[] = [];
  const report = await importEcdsaKey({
    from: {kind: 'file', path: from},
    password: {kind: 'file', path: passwordFile},
    dir: join(dir, 'keys'),
    expected: null,
    force: false,
    devnet: false,
    signal: new AbortController().signal,
    note: (line) => notes.push(line),
    ...given,
  });
  return {report, notes};
}

async function refusal(text: string, given: Given = {}): Promise<string> {
  using dir = tempDir();
  try {
    await imported(dir.path, text, given);
    return 'taken';
  } catch (error) {
    if (!isAosError(error)) throw error;
    expect(existsSync(join(dir.path, 'keys'))).toBe(false);
    for (const secret of [KEY, ANVIL])
      expect(JSON.stringify([error.message, error.next])).not.toContain(secret);
    return `${error.code} ${error.message} → ${error.next.say} ${error.next.run?.command ?? ''}`;
  }
}

describe('the key of the operator’s account', () => {
  it('becomes what Web3Signer reads, beside the key configuration that the wizard made', async () => {
    using dir = tempDir();
    mkdirSync(join(dir.path, 'keys'), {mode: 0o700});
    writeFileSync(
      join(dir.path, 'keys/operator.yaml'),
      keyConfigText({address: ADDRESS, passwordFile: PASSWORD_NAME}),
      {mode: 0o600},
    );
    const {report, notes} = await imported(dir.path, `\ufeff0x${KEY}\r\n`, {expected: ADDRESS.toLowerCase()});
    expect(report).toEqual({
      address: ADDRESS,
      keystore: join(dir.path, 'keys/operator.json'),
      keyConfig: join(dir.path, 'keys/operator.yaml'),
      passwordFile: join(dir.path, 'keys/operator.password'),
      backups: [],
    });
    expect(readdirSync(join(dir.path, 'keys')).toSorted()).toEqual([
      'operator.json',
      'operator.password',
      'operator.yaml',
    ]);
    for (const file of [report.keystore, report.keyConfig, report.passwordFile])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(report.passwordFile, 'utf8')).toBe('secret');
    const held = readEcdsaText(readFileSync(report.keystore, 'utf8'));
    if (!('keystore' in held)) throw new Error('no keystore');
    expect(Buffer.from(await openV3(held.keystore, 'secret')).toString('hex')).toBe(KEY);
    expect(JSON.stringify([report, notes])).not.toContain(KEY);
    // A second one would lose the first.
    await expect(imported(dir.path, KEY)).rejects.toMatchObject({code: 'KEY_EXISTS'});
  });

  it('comes out of a keystore of another program, whose address is proven', async () => {
    const open = async (change: object): Promise<Uint8Array> => {
      const held = readEcdsaText(JSON.stringify({...VECTOR, ...change}));
      if (!('keystore' in held)) throw new Error('no keystore');
      return openV3(held.keystore, 'foobar');
    };
    expect(addressOfEcdsaKey(await open({}))).toBe('0xf466859eAD1932D743d622CB74FC058882E8648A');
    await expect(open({address: 'ab'.repeat(20)})).rejects.toMatchObject({code: 'KEY_KEYSTORE_INVALID'});
  });

  it.each<[string, string, Given, string]>([
    ['nothing', '', {}, 'there is no text'],
    ['a short key', `0x${KEY.slice(2)}`, {}, 'it has 62 hex digits, not 64'],
    ['zero', '0'.repeat(64), {}, 'zero, or too large'],
    [
      'an invisible character',
      `0x${KEY.slice(0, 8)}\u200b${KEY.slice(8)}`,
      {},
      'zero-width space (U+200B) as character 11',
    ],
    ['a Cyrillic letter', `0х${KEY}`, {}, 'looks like x'],
    [
      'a recovery phrase',
      'test test test test test test test test test test test junk',
      {},
      'holds many keys',
    ],
    [
      'a key in PEM',
      '-----BEGIN EC PRIVATE KEY-----\nMHQC\n-----END EC PRIVATE KEY-----',
      {},
      'a key in PEM',
    ],
    [
      'a keystore of EIP-2335',
      JSON.stringify({crypto: {kdf: {function: 'scrypt'}}, version: 4}),
      {},
      'EIP-2335',
    ],
    ['a BLS keystore', JSON.stringify({pubKey: 'E([1,2])', crypto: {}}), {}, 'keys bls show'],
    ['a key configuration', 'type: "file-keystore"\nkeyType: "SECP256K1"\n', {}, 'which names a keystore'],
    ['a number', '12345', {}, 'a bare key in decimal'],
    [
      'a keystore of pbkdf2',
      JSON.stringify({...VECTOR, crypto: {...VECTOR.crypto, kdf: 'pbkdf2'}}),
      {},
      'crypto.kdf',
    ],
    ['JSON that is cut off', JSON.stringify(VECTOR).slice(0, 90), {}, 'JSON, but no keystore'],
    ['a keystore with another password', JSON.stringify(VECTOR), {}, 'KEY_PASSWORD_WRONG'],
    [
      'another account',
      KEY,
      {expected: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73'},
      `the key of ${ADDRESS}, not of`,
    ],
    ['a published key', ANVIL, {}, 'KEY_PUBLIC'],
    ['the key 5', '5'.padStart(64, '0'), {}, 'KEY_PUBLIC'],
    ['a password of two lines', KEY, {password: 'a\nb'}, 'several lines'],
    ['no password', KEY, {password: '\n'}, 'the password is empty'],
  ])('is not taken from %s', async (_, text, given, words) => {
    expect(await refusal(text, given)).toContain(words);
  });
});
