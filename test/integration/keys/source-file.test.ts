import {closeSync, openSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sourceFile} from '../../../src/lib/keys/source-file.ts';
import {tempDir} from '../../support/config-file.ts';

describe('the file of a secret that was read', () => {
  it('is one that another command can name', () => {
    using dir = tempDir();
    const [file, link] = [join(dir.path, 'key'), join(dir.path, 'link')];
    writeFileSync(file, 'x');
    symlinkSync('key', link);
    expect(sourceFile(file)).toBe(file);
    expect(sourceFile(link)).toBe(link);
    const open = openSync(file, 'r');
    expect(sourceFile(`/dev/fd/${open}`)).toBe(realpathSync(file));
    closeSync(open);
  });

  it('is none where it came from a pipe, a directory or nowhere', () => {
    using dir = tempDir();
    const fifo = join(dir.path, 'fifo');
    spawnSync('mkfifo', [fifo]);
    for (const path of [fifo, dir.path, join(dir.path, 'gone'), '/dev/null', '/dev/fd/9999'])
      expect(sourceFile(path), path).toBeNull();
  });
});
