import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  decodeMark,
  encodeMark,
  markFile,
  NOTHING,
  openMark,
  readMark,
  type CommitPoint,
  type Mark,
} from '../../../../src/lib/node/journal/commit-mark.ts';
import {EMPTY_LOG} from '../../../../src/lib/node/journal/wal-format.ts';
import {inTempDir} from '../../../support/journal.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const BOOT = 'c0ffee00-0000-4000-8000-000000000000';
const point = (n: number): CommitPoint => ({
  log: {salts: '0102030405060708', frames: n, sum: '00000000deadbeef'},
  fileBytes: 4_096 * n,
  reading: {n, hash: 'ab'.repeat(8)},
});
const mark = (n: number): Mark => ({boot: BOOT, written: point(n), synced: point(n - 1)});

describe('the mark of a commit', () => {
  it('is read as it was written, with and without a reading, a log or a boot', () => {
    const marks = [mark(5), {boot: '', written: NOTHING, synced: NOTHING}];
    for (const one of marks) expect(decodeMark(encodeMark(9, one))).toEqual(one);
    const bare = {
      boot: BOOT,
      written: {log: EMPTY_LOG, fileBytes: 0, reading: {n: 3, hash: '0'.repeat(16)}},
      synced: NOTHING,
    };
    expect(decodeMark(encodeMark(1, bare))).toEqual(bare);
  });

  it('with one place damaged is the one before, never another', () => {
    const file = Buffer.concat([encodeMark(8, mark(8)), encodeMark(7, mark(7))]);
    expect(decodeMark(file)).toEqual(mark(8));
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({min: 1, max: 255}), (at, change) => {
        const damaged = Buffer.from(file);
        damaged.writeUInt8(damaged.readUInt8(at) ^ change, at);
        expect([mark(7), mark(8)]).toContainEqual(decodeMark(damaged));
      }),
    );
  });

  it('is none in other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 1_100}), (bytes) => {
        expect(decodeMark(Buffer.from(bytes))).toBeNull();
      }),
    );
  });

  it('is private, follows what is written and what is synced, and survives a cut write', () =>
    inTempDir((temp) => {
      const dir = join(temp, 'state');
      mkdirSync(dir);
      const path = join(dir, 'journal.db');
      const open = () => openMark(path, {boot: BOOT, first: point(1), time: virtualTime()});
      const first = open();
      expect(statSync(markFile(path)).mode & 0o777).toBe(0o600);
      first.written(point(2));
      expect(decodeMark(readMark(path))).toEqual({boot: BOOT, written: point(2), synced: point(1)});
      first.synced();
      expect(decodeMark(readMark(path))).toEqual({boot: BOOT, written: point(2), synced: point(2)});
      first.close();
      // The place that would be written next, cut.
      const bytes = readFileSync(markFile(path));
      const second = open();
      second.written(point(9));
      second.close();
      const after = readFileSync(markFile(path));
      const torn = Buffer.concat([after.subarray(0, 300), bytes.subarray(300)]);
      writeFileSync(markFile(path), torn);
      expect(decodeMark(readMark(path))).not.toBeNull();
      return Promise.resolve();
    }));
});
