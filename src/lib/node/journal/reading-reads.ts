import type {Reading} from '../../protocol/clock/readings.ts';
import type {Database} from './driver.ts';
import {readingOf} from './rows.ts';

/** What is read of the clock readings, in order. */
export function readingReads(database: Database) {
  const about = database.prepare('SELECT * FROM readings WHERE ref = ? ORDER BY n');
  const between = database.prepare('SELECT * FROM readings WHERE n BETWEEN ? AND ? ORDER BY n');
  const after = database.prepare('SELECT * FROM readings WHERE n > ? ORDER BY n LIMIT ?');
  return {
    after: (n: number, most: number): Reading[] => after.all(n, most).map(readingOf),
    about: (jobId: string): Reading[] => about.all(jobId).map(readingOf),
    between: (from: number, to: number): Reading[] => between.all(from, to).map(readingOf),
  };
}
