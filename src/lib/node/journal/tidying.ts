import type {Database, Row} from './driver.ts';
import type {frameTable} from './frames.ts';
import type {Journal} from './journal.ts';
import {jobPacking} from './packing.ts';
import type {pastTable} from './past.ts';
import {readingPruning} from './reading-pruning.ts';
import {numberOf} from './rows.ts';
import type {seenTable} from './seen.ts';
import type {tombstoneTable} from './tombstones.ts';

/** Jobs packed in one transaction: some milliseconds. */
const PACKED_AT_ONCE = 16;
/** Pages given back in one transaction. */
const PAGES_AT_ONCE = 256;
/** Free pages that the file keeps, for what comes next. */
const LEAST_FREE = 64;

type Tables = {
  frames: ReturnType<typeof frameTable>;
  past: ReturnType<typeof pastTable>;
  tombstones: ReturnType<typeof tombstoneTable>;
  seen: ReturnType<typeof seenTable>;
  /** How old the journal is, ms. */
  age: () => number;
};

/**
 * Keeps the file small, in many small transactions: what else waits for the disk comes between them
 * (docs/adr/0025-a-bounded-journal.md).
 * @param run.change runs a change in a transaction; `read` reports a damaged file
 */
export function tidying(
  database: Database,
  {frames, past, tombstones, seen, age}: Tables,
  {change, read}: {change: <T>(work: () => T) => Promise<T>; read: <T>(read: () => T) => T},
): Journal['tidy'] {
  const packing = jobPacking(database, {frames, past, tombstones});
  const readings = readingPruning(database);
  const freePages = database.prepare('PRAGMA freelist_count');
  const allPages = database.prepare('PRAGMA page_count');

  async function pack(
    before: number,
    heldBefore: number,
    beforePacking: Parameters<Journal['tidy']>[0]['beforePacking'],
  ): Promise<number> {
    let packed = 0;
    for (let after: number | null = 0; after !== null;) {
      const from: number = after;
      const {seqs, next} = read(() => packing.due(from, before));
      for (let at = 0; at < seqs.length; at += PACKED_AT_ONCE) {
        const some = seqs.slice(at, at + PACKED_AT_ONCE);
        await beforePacking?.(some);
        packed += await change(() => packing.pack(some, before, heldBefore));
      }
      after = next;
    }
    return packed;
  }

  async function prune(before: number): Promise<number> {
    let deleted = 0;
    for (let after: number | null = 0; after !== null;) {
      const from: number = after;
      const chunk = await change(() => past.prune(from, before));
      deleted += chunk.deleted;
      after = chunk.next;
    }
    return deleted;
  }

  /** Whether the file has so much more free space than it will need soon that some of it is given back. */
  function isLoose(): boolean {
    const free = countOf(freePages.get(), 'freelist_count');
    return free > LEAST_FREE && free > countOf(allPages.get(), 'page_count') / 50;
  }

  async function shrink(): Promise<void> {
    for (let before = Infinity; read(isLoose);) {
      await change(() => database.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`));
      const now = read(() => countOf(allPages.get(), 'page_count'));
      // A journal of an older aos does not shrink: its free pages are used again.
      if (now >= before) return;
      before = now;
    }
  }

  return async ({evidenceMs, retentionMs, beforePacking}) => {
    const now = age();
    const packed = await pack(now - evidenceMs, now - retentionMs, beforePacking);
    const deleted = await prune(now - retentionMs);
    await change(() => seen.prune());
    await change(() => readings.mark(now));
    for (let more = true; more;) more = await change(() => readings.prune(now, {evidenceMs, retentionMs}));
    for (let more = true; more;) more = await change(() => frames.sweep());
    await shrink();
    return {packed, deleted};
  };
}

function countOf(row: Row | undefined, column: string): number {
  return row === undefined ? 0 : numberOf(row, column);
}
