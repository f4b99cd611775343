import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {NOTHING, type CommitPoint, type MarkedReading} from '../../../../src/lib/node/journal/commit-mark.ts';
import {judge, type Evidence} from '../../../../src/lib/node/journal/damage.ts';
import {walkLog, type Log} from '../../../../src/lib/node/journal/wal-format.ts';
import {flipped, FRAME, HEADER, logOf, PAGE, readerOf} from '../../../support/wal-log.ts';

const SALTS = '0102030405060708';
const BOOT = 'this boot';
const EMPTY: Log = {state: 'empty'};
/** Five transactions; the reading of each has its number. */
const COMMITS = [1, 2, 3, 4, 5].map((page) => ({pages: [page, page + 1], size: 10}));
const {bytes, ends} = logOf(COMMITS);

const after = (commits: number): CommitPoint =>
  commits === 0
    ? NOTHING
    : {
        log: {salts: SALTS, ...ends[commits - 1]!},
        fileBytes: 0,
        reading: {n: commits, hash: `hash ${commits}`},
      };

const walk = (log: Buffer, at: number): Log => walkLog(readerOf(log), log.length, at);

/** What SQLite reads of a log: the readings of its right commits; those before the log are in the file. */
function readings(log: Log, inFile = 0): Evidence['readingFrom'] {
  const last = Math.max(inFile, log.state === 'walked' ? log.committed / 2 : 0);
  return (from): MarkedReading | null => (from > last ? null : {n: from, hash: `hash ${from}`});
}

function judged(log: Buffer, mark: Evidence['mark'], change: Partial<Evidence> = {}) {
  const boot = change.boot ?? BOOT;
  const promise = mark === null ? null : mark.boot === boot ? mark.written : mark.synced;
  const walked = walk(log, promise?.log.frames ?? 0);
  return judge({databaseBytes: 10 * PAGE, log: walked, mark, boot, readingFrom: readings(walked), ...change});
}

const marked = (written: number, synced = written) => ({
  boot: BOOT,
  written: after(written),
  synced: after(synced),
});

describe('a journal', () => {
  it('with the log of its mark is sound, also when the log is longer', () => {
    for (const commits of [0, 1, 3, 5]) expect(judged(bytes, marked(commits))).toBeNull();
  });

  it('has lost something when any bit of what its mark promises has changed, and nothing when another one has', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 5}),
        fc.integer({min: HEADER * 8, max: bytes.length * 8 - 1}),
        (commits, bit) => {
          const frame = Math.floor((bit / 8 - HEADER) / FRAME);
          const found = judged(flipped(bytes, bit), marked(commits));
          if (frame < commits * 2) expect(found).toMatchObject({isReadable: true});
          else expect(found).toBeNull();
        },
      ),
    );
  });

  it('has lost something when its log is cut, emptied or removed, or begins otherwise', () => {
    for (let size = 0; size < bytes.length; size += 100) {
      const isWhole = size >= HEADER + 6 * FRAME;
      const found = judged(bytes.subarray(0, size), marked(3));
      expect(found === null, `${size} bytes`).toBe(isWhole);
    }
    for (let bit = 0; bit < HEADER * 8; bit += 7)
      expect(judged(flipped(bytes, bit), marked(3))).not.toBeNull();
  });

  it('after a power cut is sound with any part of what was not synced, whatever is in its place', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 0, max: 5}),
        fc.array(fc.nat(bytes.length), {maxLength: 20}),
        fc.nat(bytes.length),
        (synced, lost, size) => {
          const promised = HEADER + synced * 2 * FRAME;
          const torn = Buffer.from(bytes.subarray(0, Math.max(synced === 0 ? 0 : promised, size)));
          for (const at of lost)
            if (at >= promised && at < torn.length) torn.fill(0, at, Math.min(at + 512, torn.length));
          expect(judged(torn, marked(5, synced), {boot: 'another boot'})).toBeNull();
        },
      ),
    );
  });

  it('whose log was emptied into the file, or began anew after the mark, is sound when it has the reading', () => {
    const mark = marked(3);
    expect(
      judge({databaseBytes: 10 * PAGE, log: EMPTY, mark, boot: BOOT, readingFrom: readings(EMPTY, 3)}),
    ).toBeNull();
    expect(
      judge({databaseBytes: 10 * PAGE, log: EMPTY, mark, boot: BOOT, readingFrom: readings(EMPTY, 2)}),
    ).toMatchObject({
      isReadable: true,
    });
    const next = walk(logOf(COMMITS, {salts: '0102030505060708'}).bytes, 0);
    expect(
      judge({databaseBytes: 10 * PAGE, log: next, mark, boot: BOOT, readingFrom: readings(EMPTY, 4)}),
    ).toBeNull();
    expect(
      judge({databaseBytes: 10 * PAGE, log: next, mark, boot: BOOT, readingFrom: () => null}),
    ).not.toBeNull();
  });

  it('of another history than its mark is not taken for it', () => {
    const readingFrom = (from: number) => ({n: from, hash: 'another'});
    const mark = marked(3);
    expect(judge({databaseBytes: 10 * PAGE, log: EMPTY, mark, boot: BOOT, readingFrom})).not.toBeNull();
    // Those up to the mark were cleaned up.
    const later = () => ({n: 9, hash: 'another'});
    expect(judge({databaseBytes: 10 * PAGE, log: EMPTY, mark, boot: BOOT, readingFrom: later})).toBeNull();
  });

  it('whose file is gone, empty or cut beside its log or its mark has lost it all', () => {
    const log = walk(bytes, 0);
    const none = {mark: null, boot: BOOT, readingFrom: () => null};
    for (const databaseBytes of [null, 0]) {
      expect(judge({databaseBytes, log, ...none})).toMatchObject({isReadable: false});
      expect(judge({...none, databaseBytes, log: EMPTY, mark: marked(3)})).toMatchObject({isReadable: false});
      expect(judge({databaseBytes, log: EMPTY, ...none})).toBeNull();
    }
    // Pages 1 to 6 are in the log.
    expect(judge({databaseBytes: 3 * PAGE, log, ...none})).toMatchObject({isReadable: false});
    const whole = walk(logOf([{pages: [4, 5, 6, 7, 8, 9, 10], size: 10}]).bytes, 0);
    expect(judge({databaseBytes: 3 * PAGE, log: whole, ...none})).toBeNull();
  });

  it('that was closed well, and whose file is shorter than it was then, was cut', () => {
    const closed = {...NOTHING, fileBytes: 10 * PAGE, reading: {n: 3, hash: 'hash 3'}};
    const mark = {boot: BOOT, written: closed, synced: closed};
    const left = {log: EMPTY, mark, boot: 'another boot', readingFrom: readings(EMPTY, 3)};
    expect(judge({...left, databaseBytes: 10 * PAGE})).toBeNull();
    expect(judge({...left, databaseBytes: 12 * PAGE})).toBeNull();
    expect(judge({...left, databaseBytes: 9 * PAGE})).toMatchObject({isReadable: false});
  });

  it('without a mark, as an older version left it, is damaged where whole transactions follow a wrong frame', () => {
    const at = (frame: number) => judged(flipped(bytes, (HEADER + frame * FRAME + 50) * 8), null) !== null;
    expect(Array.from({length: 10}, (_, frame) => at(frame))).toEqual([
      ...Array.from({length: 8}, () => true),
      false,
      false,
    ]);
    expect(judged(bytes, null)).toBeNull();
    expect(judged(flipped(bytes, 3), null)).not.toBeNull();
  });
});
