import {isAboutJob} from '../../protocol/clock/readings.ts';
import type {Database} from './driver.ts';
import {numberOf, textOf} from './rows.ts';

/** Readings looked at in one transaction. */
const AT_ONCE = 2_000;
/** A mark is set at most once in so much time. */
const MARK_EVERY_MS = 3_600_000;

/**
 * Deletes clock readings from the oldest on. A mark an hour stays for ever, the number of the newest reading then and its
 * hash, by which readings that were copied before still prove to be of this chain. Both functions run inside a transaction.
 */
export function readingPruning(database: Database) {
  const newestMark = database.prepare('SELECT age, n FROM marks ORDER BY age DESC LIMIT 1');
  const markBefore = database.prepare('SELECT n FROM marks WHERE age <= ? ORDER BY age DESC LIMIT 1');
  const addMark = database.prepare(
    'INSERT OR REPLACE INTO marks (age, n, hash) SELECT ?, n, hash FROM readings ORDER BY n DESC LIMIT 1',
  );
  const newest = database.prepare('SELECT n FROM readings ORDER BY n DESC LIMIT 1');
  const oldest = database.prepare(`SELECT n, event, ref FROM readings ORDER BY n LIMIT ${AT_ONCE}`);
  const jobOf = database.prepare('SELECT 1 FROM jobs WHERE job_id = ? LIMIT 1');
  const remove = database.prepare('DELETE FROM readings WHERE n <= ?');

  /** The newest reading that there was at an age; 0: none is known. */
  function readingAt(age: number): number {
    const row = markBefore.get(age);
    return row === undefined ? 0 : numberOf(row, 'n');
  }

  return {
    /** Notes how far the chain is. @param age of the journal, ms */
    mark(age: number): void {
      const last = newestMark.get();
      if (last === undefined || age - numberOf(last, 'age') >= MARK_EVERY_MS) addMark.run(age);
    },

    /**
     * Deletes some of the readings that no whole job needs any more, never the last one. Those of a job that is never over
     * go after the evidence period and the retention.
     * @param now age of the journal, ms
     * @returns whether there may be more
     */
    prune(now: number, {evidenceMs, retentionMs}: {evidenceMs: number; retentionMs: number}): boolean {
      const tooOld = readingAt(now - evidenceMs - retentionMs);
      const old = readingAt(now - evidenceMs);
      const last = newest.get();
      const rows = oldest.all();
      let end = 0;
      for (const row of rows) {
        const n = numberOf(row, 'n');
        const ref = textOf(row, 'ref');
        if (isAboutJob({event: textOf(row, 'event')})) {
          if (n > tooOld && jobOf.get(ref) !== undefined) break;
          end = n;
        } else if (n <= old) end = n;
      }
      if (last !== undefined) end = Math.min(end, numberOf(last, 'n') - 1);
      return remove.run(end).changes === AT_ONCE;
    },
  };
}
