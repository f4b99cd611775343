import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {say} from '../../../src/lib/foundation/next-step/next-step.ts';
import {openKeystore, readKeystore, sealKeystore, writeKeystore} from '../../../src/lib/keys/bls-keystore.ts';
import {publicKeyG1} from '../../../src/lib/keys/bn254.ts';
import {tempDir, thrown} from '../../support/config-file.ts';

const KEY = 123456789012345678901234567890n;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('a keystore file', () => {
  it('is written private, in a private directory, and opens from disk', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'new', 'bls.json');
    expect(writeKeystore(file, await sealKeystore(KEY, 'pw', randomBytes), {force: false})).toBeNull();
    expect(modeOf(file)).toBe(0o600);
    expect(modeOf(join(dir.path, 'new'))).toBe(0o700);
    expect(readdirSync(join(dir.path, 'new'))).toEqual(['bls.json']);
    const keystore = readKeystore(file);
    expect(keystore.publicKey).toEqual(publicKeyG1(KEY));
    expect(await openKeystore(keystore, 'pw', file)).toBe(KEY);
    await expect(openKeystore(keystore, 'pW', file)).rejects.toMatchObject({code: 'KEY_PASSWORD_WRONG'});
  });

  it('is private whatever the umask', () => {
    using dir = tempDir();
    const umask = process.umask(0);
    try {
      writeKeystore(join(dir.path, 'bls.json'), 'x', {force: false});
    } finally {
      process.umask(umask);
    }
    expect(modeOf(join(dir.path, 'bls.json'))).toBe(0o600);
  });

  it('stays when there is one, also a dangling link', () => {
    using dir = tempDir();
    const file = join(dir.path, 'bls.json');
    const link = join(dir.path, 'link.json');
    writeFileSync(file, 'old');
    symlinkSync('nowhere', link);
    for (const path of [file, link]) {
      expect(thrown(() => writeKeystore(path, 'new', {force: false}))).toMatchObject({
        code: 'KEY_EXISTS',
        exitCode: 73,
      });
    }
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(dir.path).sort()).toEqual(['bls.json', 'link.json']);
  });

  it('that is replaced is kept, and so are the ones before it', () => {
    using dir = tempDir();
    const file = join(dir.path, 'bls.json');
    expect(writeKeystore(file, 'one', {force: true})).toBeNull();
    expect(writeKeystore(file, 'two', {force: true})).toBe(`${file}.bak`);
    expect(writeKeystore(file, 'three', {force: true})).toBe(`${file}.bak.1`);
    const texts = ['bls.json', 'bls.json.bak', 'bls.json.bak.1'].map((name) =>
      readFileSync(join(dir.path, name), 'utf8'),
    );
    expect(texts).toEqual(['three', 'one', 'two']);
    expect(readdirSync(dir.path)).toHaveLength(3);
  });

  it('is not written where a directory or a file is in the way, and leaves nothing', () => {
    using dir = tempDir();
    mkdirSync(join(dir.path, 'dir'));
    writeFileSync(join(dir.path, 'plain'), '');
    expect(thrown(() => writeKeystore(join(dir.path, 'dir'), 'x', {force: true}))).toMatchObject({
      code: 'KEY_WRITE_FAILED',
      exitCode: 73,
    });
    expect(thrown(() => writeKeystore(join(dir.path, 'plain/bls.json'), 'x', {force: false}))).toMatchObject({
      code: 'KEY_WRITE_FAILED',
    });
    expect(readdirSync(dir.path).sort()).toEqual(['dir', 'plain']);
  });

  it.each([0o640, 0o604, 0o660, 0o610])('of mode %o is not read', (mode) => {
    using dir = tempDir();
    const file = join(dir.path, 'bls.json');
    writeFileSync(file, '{}');
    chmodSync(file, mode);
    expect(thrown(() => readKeystore(file))).toMatchObject({
      code: 'KEY_UNSAFE',
      exitCode: 77,
      next: say(`chmod 600 ${file}`),
    });
  });

  it('that is missing, a directory, a pipe or endless is an error at once', () => {
    using dir = tempDir();
    const pipe = join(dir.path, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    for (const path of [join(dir.path, 'none'), dir.path, pipe, '/dev/zero']) {
      expect(thrown(() => readKeystore(path))).toMatchObject({code: 'KEY_MISSING', exitCode: 78});
    }
    const long = join(dir.path, 'long');
    writeFileSync(long, ' '.repeat(65_537), {mode: 0o600});
    expect(thrown(() => readKeystore(long))).toMatchObject({code: 'KEY_KEYSTORE_INVALID'});
    expect(existsSync(`${long}.bak`)).toBe(false);
  });
});
