import {execFileSync, spawn} from 'node:child_process';
import {chmodSync, closeSync, openSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type PasswordSource, readPassword} from '../../../src/lib/keys/password.ts';
import {tempDir} from '../../support/config-file.ts';

const nobody = (): Promise<string> => Promise.reject(new Error('was asked'));
const read = (source: PasswordSource, signal = new AbortController().signal): Promise<string> =>
  readPassword(source, nobody, signal);

function withFile<T>(content: string | Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
  const dir = tempDir();
  const path = join(dir.path, 'password');
  writeFileSync(path, content, {mode: 0o600});
  return use(path).finally(() => dir[Symbol.dispose]());
}

describe('a password', () => {
  it.each([
    ['as it is', 'secret', 'secret'],
    ['without one newline', 'secret\n', 'secret'],
    ['without one newline of Windows', 'secret\r\n', 'secret'],
    ['with the other newlines', 'secret\n\n', 'secret\n'],
    ['with its spaces', '  two words ', '  two words '],
    ['with letters beyond ASCII', 'Ωμέγα\n', 'Ωμέγα'],
  ])('comes from a file %s', async (_, content, expected) => {
    await withFile(content, async (path) => {
      expect(await read({kind: 'file', path})).toBe(expected);
      expect(await read({kind: 'fd', fd: openSync(path, 'r')})).toBe(expected);
    });
  });

  it.each([
    ['empty', ''],
    ['a newline only', '\n'],
    ['with a NUL', 'a\0b'],
    ['not UTF-8', Uint8Array.from([0xff, 0xfe])],
    ['endless', 'x'.repeat(4097)],
  ])('that is %s is refused', async (_, content) => {
    await withFile(content, async (path) => {
      await expect(read({kind: 'file', path})).rejects.toMatchObject({
        code: 'KEY_PASSWORD_INVALID',
        exitCode: 65,
      });
    });
  });

  it('is not read from a file that others may read', async () => {
    await withFile('secret', async (path) => {
      chmodSync(path, 0o644);
      await expect(read({kind: 'file', path})).rejects.toMatchObject({
        code: 'KEY_UNSAFE',
        next: {say: `chmod 600 ${path}`},
      });
    });
  });

  it.each<[string, PasswordSource]>([
    ['a file that is not there', {kind: 'file', path: '/nonexistent/password'}],
    ['a directory', {kind: 'file', path: '/'}],
    ['a descriptor that is not open', {kind: 'fd', fd: 999}],
    ['a descriptor of Node’s own', {kind: 'fd', fd: 3}],
  ])('is not read from %s', async (_, source) => {
    await expect(read(source)).rejects.toMatchObject({code: 'KEY_PASSWORD_MISSING', exitCode: 78});
  });

  it('comes through a named pipe, however slowly', async () => {
    using dir = tempDir();
    const path = join(dir.path, 'pipe');
    execFileSync('mkfifo', ['-m', '600', path]);
    const holder = openSync(path, 'r+'); // so that there is a writer from the start
    const answer = read({kind: 'file', path});
    writeFileSync(holder, 'sec');
    spawn('/bin/sh', ['-c', `printf 'ret\\n' > "$0"`, path]).on('exit', () => {
      closeSync(holder);
    });
    expect(await answer).toBe('secret');
  });

  it('is waited for until the signal says no', async () => {
    using dir = tempDir();
    const path = join(dir.path, 'pipe');
    execFileSync('mkfifo', ['-m', '600', path]);
    const holder = openSync(path, 'r+');
    const stop = new AbortController();
    const answer = read({kind: 'file', path}, stop.signal);
    stop.abort();
    await expect(answer).rejects.toMatchObject({code: 'INTERRUPTED', exitCode: 130});
    closeSync(holder);
  });

  it('is asked for when nothing else is named, and then may not be empty either', async () => {
    const {signal} = new AbortController();
    expect(await readPassword({kind: 'ask'}, () => Promise.resolve('typed '), signal)).toBe('typed ');
    await expect(readPassword({kind: 'ask'}, () => Promise.resolve(''), signal)).rejects.toMatchObject({
      code: 'KEY_PASSWORD_INVALID',
    });
  });
});
