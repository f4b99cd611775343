import {spawnSync} from 'node:child_process';
import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {passwordStep} from '../../../../src/lib/features/init/web3signer-files.ts';
import {tempDir} from '../../../support/config-file.ts';

it('the line for a password keeps every character of it, in a file of the owner alone', () => {
  using dir = tempDir();
  const file = join(dir.path, "operator's password");
  const done = spawnSync('sh', ['-c', passwordStep(file)], {input: '  a \\ "b" \n', encoding: 'utf8'});
  expect(done.stdout).toContain('Password: ');
  expect(readFileSync(file, 'utf8')).toBe('  a \\ "b" ');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
