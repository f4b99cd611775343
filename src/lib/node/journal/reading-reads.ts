import type {Reading} from '../../protocol/clock/readings.ts';
import type {Database} from './driver.ts';
import {readingOf} from './rows.ts';

/** What is read of the clock readings, in order. */
export function readingReads(database: Database) {
  const about = database.prepare(`
    SELECT * FROM readings WHERE seq IN
      (SELECT seq FROM jobs WHERE job_id = ?1 UNION ALL SELECT seq FROM past WHERE job_id = ?1)
    UNION ALL SELECT * FROM readings WHERE seq IS NULL AND ref = ?1 ORDER BY n`);
  const between = database.prepare('SELECT * FROM readings WHERE n BETWEEN ? AND ? ORDER BY n');
  const after = database.prepare('SELECT * FROM readings WHERE n > ? ORDER BY n LIMIT ?');
  return {
    after: (n: number, most: number): Reading[] => after.all(n, most).map(readingOf),
    /** Of all jobs with this id. */
    about: (jobId: string): Reading[] => about.all(jobId).map(readingOf),
    between: (from: number, to: number): Reading[] => between.all(from, to).map(readingOf),
  };
}
