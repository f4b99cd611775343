import {execFileSync} from 'node:child_process';
import {closeSync, constants, openSync, truncateSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {readInput} from '../../../src/lib/cli/read-input.ts';
import {inTempDir} from '../../support/journal.ts';

const never = new AbortController().signal;

it('reads files, and says of what is too large or a directory that it is', () =>
  inTempDir(async (dir) => {
    const file = join(dir, 'file');
    writeFileSync(file, 'text');
    expect(await readInput(file, 4, never)).toEqual({kind: 'bytes', bytes: Buffer.from('text')});
    expect(await readInput(file, 3, never)).toEqual({kind: 'tooLarge'});
    truncateSync(file, 100 * 1024 * 1024);
    expect(await readInput(file, 64 * 1024 * 1024, never)).toEqual({kind: 'tooLarge'});
    expect(await readInput(dir, 4, never)).toMatchObject({kind: 'directory'});
    expect(await readInput('/dev/zero', 4_000_000, never)).toEqual({kind: 'tooLarge'});
    await expect(readInput(join(dir, 'none'), 4, never)).rejects.toMatchObject({code: 'ENOENT'});
  }));

it('reads a named pipe to its end, and is ended by a signal while its writer is silent', () =>
  inTempDir(async (dir) => {
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, constants.O_RDWR);
    writeSync(writer, 'half');
    const controller = new AbortController();
    const silent = readInput(pipe, 100, controller.signal);
    controller.abort(new Error('stopped'));
    await expect(silent).rejects.toThrow('stopped');

    writeSync(writer, 'whole');
    const whole = readInput(pipe, 100, never);
    // What was written stays in the pipe for as long as one end of it is open.
    const other = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    closeSync(writer);
    const read = await whole;
    closeSync(other);
    expect(read).toMatchObject({kind: 'bytes'});
    expect(read.kind === 'bytes' && read.bytes.toString()).toMatch(/whole$/);
  }));
