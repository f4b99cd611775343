import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {readConfigFile} from '../../../src/lib/config/file.ts';
import {readVrfKey} from '../../../src/lib/config/vrf-key.ts';
import {isAosError, type AosError} from '../../../src/lib/foundation/errors/error.ts';
import {readPrivateFile} from '../../../src/lib/keys/private-file.ts';
import {thrown} from '../../support/config-file.ts';

let dir: string;
const server = createServer();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'aos-unfit-'));
  mkdirSync(join(dir, 'empty'));
  mkdirSync(join(dir, 'full'));
  writeFileSync(join(dir, 'full/other'), '');
  writeFileSync(join(dir, 'file'), 'x');
  symlinkSync(join(dir, 'loop'), join(dir, 'loop'));
  execFileSync('mkfifo', [join(dir, 'fifo')]);
  await new Promise<void>((resolve) => server.listen(join(dir, 'sock'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(dir, {recursive: true, force: true});
});

const READERS: [string, (path: string) => unknown][] = [
  ['the VRF key', (path) => readVrfKey({kind: 'file', path})],
  ['the BLS keystore', (path) => readPrivateFile(path, 1000, 'BLS keystore', 'KEY_MISSING')],
];

describe.each(READERS)('%s', (_name, read) => {
  const error = (name: string): AosError => {
    const found = thrown(() => read(name.startsWith('/') ? name : join(dir, name)));
    if (!isAosError(found)) throw found;
    return found;
  };

  it.each([
    ['empty', 'is an empty directory, not a file', 'rmdir'],
    ['full', 'is a directory, not a file', 'Name the file in it'],
    ['fifo', 'is a named pipe, not a file', 'Name the file itself'],
    ['sock', 'is a socket or a device', 'Name the file itself'],
    ['loop', 'is a symbolic link that leads back to itself', 'Correct the link'],
    ['file/key', 'a part of its path is a file', 'Correct the path'],
    ['/dev/null', 'is a device, not a file', 'Name the file itself'],
  ])('at %s is refused for what is there, and no new one is offered', (path, why, step) => {
    const {message, next} = error(path);
    expect(message).toContain(why);
    expect(next.say).toContain(step);
    expect(next.run).toBeUndefined();
  });

  it('that is not there is offered anew', () => {
    const {message, next} = error('none');
    expect(message).toContain('is not there (ENOENT)');
    expect(next.run?.command).toMatch(/^keys (vrf|bls) create$/);
  });

  it.skipIf(process.getuid?.() === 0)(
    'that may not be read is not offered anew (a user who is not root)',
    () => {
      chmodSync(join(dir, 'full'), 0);
      expect(error('full/other').next.say).toContain('namei -l');
    },
  );
});

it('a configuration that docker made a directory is told from one with the file in it', () => {
  const refusal = (path: string): AosError => thrown(() => readConfigFile(path, dir)) as AosError;
  expect(refusal('empty').message).toBe('empty is an empty directory, not a file');
  expect(refusal('empty').next.say).toContain('docker makes such a directory');
  expect(refusal('full').next.say).toContain('Name the file in it');
  writeFileSync(join(dir, 'full/config.yaml'), '');
  expect(refusal('full').next.say).toBe('Name the file in it: -c full/config.yaml');
});
