import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {evidenceDirectory, type EvidenceLimits} from '../../../src/lib/node/evidence/directory.ts';
import {evidenceSize, keptReceipts} from '../../../src/lib/node/evidence/kept-receipts.ts';
import {readName} from '../../../src/lib/node/evidence/names.ts';
import {writeReceipt} from '../../../src/lib/protocol/receipt/document.ts';
import {loadVrf} from '../../../src/lib/protocol/vrf/ecvrf.ts';
import {inTempDir} from '../../support/journal.ts';
import {receiptFor} from '../../support/receipts.ts';

const HOUR = 3_600_000;
const vrf = await loadVrf();
const textOf = (jobId: string): string => writeReceipt(receiptFor(vrf, {jobId}));
const keyOf = (jobId: string) => ({jobId, tag: '', position: ''});

/** Runs `use` with an evidence directory that is not there yet. */
function inEvidence(
  use: (
    dir: string,
    open: (limits?: Partial<EvidenceLimits>) => ReturnType<typeof evidenceDirectory>,
  ) => Promise<void>,
): Promise<void> {
  return inTempDir((root) => {
    const dir = join(root, 'state', 'evidence');
    return use(dir, (limits = {}) =>
      evidenceDirectory({dir, mostBytes: 1024 * 1024, keepMs: 100 * HOUR, ...limits}),
    );
  });
}

describe('the evidence directory', () => {
  it('keeps a receipt byte for byte, for its owner alone, under a name without any id', () =>
    inEvidence(async (dir, open) => {
      const kept = open();
      expect(await kept.drop(0)).toBe(0);
      expect(evidenceSize(dir)).toBeNull();
      const hostile = '../../../etc/passwd\u0000\n';
      for (const jobId of ['job-1', hostile, ' ']) await kept.add(keyOf(jobId), textOf(jobId), 5 * HOUR);
      await kept.sync();
      const names = readdirSync(dir);
      expect(names).toHaveLength(3);
      for (const name of names) {
        expect(readName(name)?.hours).toBe(5);
        expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
      }
      expect(statSync(dir).mode & 0o777).toBe(0o700);
      for (const jobId of ['job-1', hostile, ' ']) {
        const found = keptReceipts(dir).find({jobId});
        expect(found.map(({text}) => text)).toEqual([textOf(jobId)]);
        expect(keptReceipts(dir).find(keyOf(jobId))).toHaveLength(1);
        expect(keptReceipts(dir).find({...keyOf(jobId), tag: 'malicious'})).toEqual([]);
      }
      expect(keptReceipts(dir).find({jobId: 'job'})).toEqual([]);
      expect(evidenceSize(dir)?.files).toBe(3);
    }));

  it('keeps one receipt of a job, also after a restart', () =>
    inEvidence(async (dir, open) => {
      const kept = open();
      await kept.add(keyOf('job-1'), textOf('job-1'), 0);
      await kept.add(keyOf('job-1'), textOf('job-1'), 9 * HOUR);
      await open().add(keyOf('job-1'), textOf('job-1'), 10 * HOUR);
      expect(readdirSync(dir)).toHaveLength(1);
    }));

  it('deletes what is too old by the age of the journal, and nothing by the wall clock', () =>
    inEvidence(async (dir, open) => {
      const kept = open();
      await kept.add(keyOf('old'), textOf('old'), 0);
      await kept.add(keyOf('new'), textOf('new'), 50 * HOUR);
      for (const name of readdirSync(dir)) utimesSync(join(dir, name), 0, 0);
      expect(await open().drop(99 * HOUR)).toBe(0);
      expect(readdirSync(dir)).toHaveLength(2);
      expect(await kept.drop(102 * HOUR)).toBe(0);
      expect(keptReceipts(dir).find({jobId: 'old'})).toEqual([]);
      expect(keptReceipts(dir).find({jobId: 'new'})).toHaveLength(1);
    }));

  it('deletes the oldest of what is too much, says how many, and leaves what is not its own', () =>
    inEvidence(async (dir, open) => {
      const kept = open();
      for (const n of [1, 2, 3, 4]) {
        await kept.add(keyOf(`job-${n}`), textOf(`job-${n}`), n * HOUR);
        const newest = readdirSync(dir).find((name) => readName(name)?.hours === n) ?? '';
        utimesSync(join(dir, newest), n, n);
      }
      writeFileSync(join(dir, 'notes.txt'), 'x'.repeat(100_000));
      writeFileSync(join(dir, `.${'0'.repeat(32)}.tmp`), 'left by a killed process');
      const {bytes = 0} = evidenceSize(dir) ?? {};
      expect(await open({mostBytes: Math.ceil(bytes * 0.6)}).drop(5 * HOUR)).toBe(2);
      const left = readdirSync(dir).flatMap((name) => readName(name)?.hours ?? name);
      expect(left.sort()).toEqual([3, 4, 'notes.txt']);
    }));

  it('refuses a directory that others can write to, or that is a file, with what the system says', () =>
    inEvidence(async (dir, open) => {
      mkdirSync(dir, {recursive: true});
      chmodSync(dir, 0o777);
      const kept = open();
      await expect(kept.add(keyOf('a'), textOf('a'), 0)).rejects.toMatchObject({code: 'EVIDENCE_UNWRITABLE'});
      expect(readdirSync(dir)).toEqual([]);
      chmodSync(dir, 0o700);
      await kept.add(keyOf('a'), textOf('a'), 0);
      const file = join(dir, 'file');
      writeFileSync(file, '');
      const error = await open({dir: file})
        .add(keyOf('a'), textOf('a'), 0)
        .then(
          () => null,
          (thrown: unknown) => thrown,
        );
      expect(error).toMatchObject({code: 'EVIDENCE_UNWRITABLE'});
      expect(String(error)).toContain(file);
    }));

  it('reads and counts no link, pipe or directory under the name of a receipt', () =>
    inEvidence(async (dir, open) => {
      await open().add(keyOf('job-1'), textOf('job-1'), 0);
      const [name = ''] = readdirSync(dir);
      const path = join(dir, name);
      const outside = join(dir, 'outside');
      renameSync(path, outside);
      const kinds: [() => void, () => void][] = [
        [() => symlinkSync(outside, path), () => rmSync(path)],
        [() => symlinkSync('/dev/zero', path), () => rmSync(path)],
        [() => symlinkSync(join(dir, 'nowhere'), path), () => rmSync(path)],
        [() => execFileSync('mkfifo', [path]), () => rmSync(path)],
        [() => mkdirSync(path), () => rmSync(path, {recursive: true})],
      ];
      for (const [make, remove] of kinds) {
        make();
        expect(() => keptReceipts(dir).find({jobId: 'job-1'})).toThrow(
          expect.objectContaining({code: 'RECEIPT_INVALID'}),
        );
        expect(await open().drop(0)).toBe(0);
        remove();
      }
      writeFileSync(path, '');
      const receipts = keptReceipts(dir);
      expect(() => receipts.find({jobId: 'job-1'})).toThrow(
        expect.objectContaining({code: 'RECEIPT_INVALID'}),
      );
      // One that is deleted after the directory was listed.
      rmSync(path);
      expect(receipts.find({jobId: 'job-1'})).toEqual([]);
    }));

  it('does not take the file of another job, or a damaged one, for the receipt', () =>
    inEvidence(async (dir, open) => {
      const kept = open();
      await kept.add(keyOf('job-1'), textOf('job-2'), 0);
      expect(() => keptReceipts(dir).find({jobId: 'job-1'})).toThrow(/another job/);
      const [name = ''] = readdirSync(dir);
      writeFileSync(join(dir, name), readFileSync(join(dir, name)).subarray(0, 100));
      expect(() => keptReceipts(dir).find({jobId: 'job-1'})).toThrow(
        expect.objectContaining({code: 'RECEIPT_INVALID'}),
      );
    }));
});
