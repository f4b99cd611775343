import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import path from 'node:path';
import {describe, expect, it} from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');

describe('the manifest', () => {
  it('knows nothing of the machine it was made on', () => {
    const manifest = readFileSync(path.join(ROOT, 'oclif.manifest.json'), 'utf8');
    for (const here of [ROOT, homedir(), process.cwd()])
      if (here.length > 1) expect(manifest).not.toContain(`"${here}`);
    expect(manifest).not.toMatch(/"(?:\/(?:home|root|tmp|Users|var)\/|[A-Z]:\\\\)/);
  });

  it('is what commands are loaded by: there is no entry point for development', () => {
    expect(readdirSync(path.join(ROOT, 'bin')).sort()).toEqual([
      'operator-runer.cjs',
      'run.cjs',
      'unknown-user.cjs',
    ]);
    expect(existsSync(path.join(ROOT, 'oclif.manifest.json'))).toBe(true);
  });
});
