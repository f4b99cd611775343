import {mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {makeDirectory} from '../../../src/lib/foundation/system/make-directory.ts';

const home = mkdtempSync(join(tmpdir(), 'aos-make-directory-'));
afterAll(() => rmSync(home, {recursive: true}));

describe('making a directory', () => {
  it('makes those above it too, with the mode, and leaves what is there', () => {
    const [above, dir] = [join(home, 'a'), join(home, 'a/b/c')];
    mkdirSync(above, {mode: 0o755});
    makeDirectory(dir, 0o700);
    makeDirectory(dir, 0o755);
    expect([above, join(above, 'b'), dir].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o755, 0o700, 0o700,
    ]);
  });

  it('follows a link to a directory', () => {
    mkdirSync(join(home, 'real'));
    symlinkSync(join(home, 'real'), join(home, 'link'));
    makeDirectory(join(home, 'link/in'), 0o700);
    expect(statSync(join(home, 'real/in')).isDirectory()).toBe(true);
  });

  it.each([
    ['a file has its name', 'file', 'EEXIST'],
    ['a file is on the way', 'file/x/y', 'ENOTDIR'],
    ['a link to nothing has its name', 'nowhere', 'EEXIST'],
    ['the file system takes none, where Node’s own never returns', '/proc/nope/x', 'ENOENT'],
  ])('says so when %s', (_, name, code) => {
    writeFileSync(join(home, 'file'), '');
    rmSync(join(home, 'nowhere'), {force: true});
    symlinkSync(join(home, 'gone'), join(home, 'nowhere'));
    const path = name.startsWith('/') ? name : join(home, name);
    expect(() => makeDirectory(path, 0o700)).toThrow(expect.objectContaining({code}) as Error);
  });
});
