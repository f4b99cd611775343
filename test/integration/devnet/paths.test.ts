import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {devnetPaths} from '../../../src/devnet/paths.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-paths-'));
});
afterEach(() => {
  rmSync(folder, {recursive: true});
});

describe('devnetPaths', () => {
  it.each(['chunk.js', 'commands/devnet/up.js'])('finds a build from dist/%s', (file) => {
    mkdirSync(join(folder, 'dist/devnet-assets'), {recursive: true});
    const dist = pathToFileURL(`${folder}/dist/`).href;
    expect(devnetPaths(`${dist}${file}`)).toEqual({
      assetsDir: new URL(`${dist}devnet-assets/`),
      threadUrl: new URL(`${dist}devnet/llm-thread.js`),
    });
  });

  it('finds the source tree', () => {
    const {assetsDir} = devnetPaths();
    expect(assetsDir.pathname).toMatch(/src\/devnet\/assets\/$/);
  });

  it('says so when there is neither', () => {
    const from = pathToFileURL(`${folder}/nowhere.js`).href;
    expect(() => devnetPaths(from)).toThrow(expect.objectContaining({code: 'DEVNET_FAILED'}));
  });
});
