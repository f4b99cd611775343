import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {replaceOrRemove} from '../../../src/lib/foundation/system/replace-file.ts';
import {readHolder, writeHolder} from '../../../src/lib/node/identity-lock/holder.ts';

function place(): {dir: string; path: string; blockDraft: () => void} {
  const dir = mkdtempSync(join(tmpdir(), 'aos-replace-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  const path = join(dir, 'owner.json');
  // As on a full disk: a new file cannot be written.
  return {dir, path, blockDraft: () => mkdirSync(`${path}.${process.pid}`)};
}

it('is there whole, for its user alone', () => {
  const {dir, path} = place();
  writeFileSync(path, 'of a former process', {mode: 0o644});
  replaceOrRemove(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['owner.json']);
});

it('is not that of a former process where nothing can be written', () => {
  const {path, blockDraft} = place();
  writeFileSync(path, 'of a former process');
  blockDraft();
  expect(() => replaceOrRemove(path, 'new')).toThrow();
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

it('never names a former operator as the holder of a lock', () => {
  const {path, blockDraft} = place();
  const holder = {pid: 41, version: '1', network: 'n', store: '/s', startedAt: 1, stoppingMs: null};
  writeHolder(path, holder);
  expect(readHolder(path, () => true)).toEqual(holder);
  blockDraft();
  writeHolder(path, {...holder, pid: 42});
  // The number of a former process may be that of any other by now.
  expect(readHolder(path, () => true)).toBeNull();
});
