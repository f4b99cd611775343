import type {JobState} from '../events/job-states.ts';
import type {Database} from './driver.ts';
import type {frameTable} from './frames.ts';
import {numberOf, textOf} from './rows.ts';
import type {tombstoneTable} from './tombstones.ts';

/** Jobs read in one transaction of a clean-up. */
const PRUNE_CHUNK = 200;

/** The states that a job may stay in for ever. */
export const OVER = ['accepted', 'expired', 'unanswered'] as const satisfies readonly JobState[];

/**
 * Deletes, inside a transaction, those of the next jobs in `state` after `after` that were over before `before`.
 * @returns `next`: where the following call starts, null at the end
 */
export type PruneJobs = (
  state: (typeof OVER)[number],
  after: number,
  before: number,
) => {deleted: number; next: number | null};

/** Of each job that is deleted a tombstone stays. */
export function jobPruning(
  database: Database,
  frames: ReturnType<typeof frameTable>,
  tombstones: ReturnType<typeof tombstoneTable>,
): PruneJobs {
  const over = database.prepare(
    `SELECT j.seq, j.job_id, j.tag, j.frame_id, j.received_at, coalesce(a.at, j.closed_at) AS over_at
     FROM jobs j LEFT JOIN answers a ON a.seq = j.seq WHERE j.state = ? AND j.seq > ? ORDER BY j.seq LIMIT ${PRUNE_CHUNK}`,
  );
  const deletions = ['questions', 'evidence', 'answers', 'jobs'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE seq = ?`),
  );

  return (state, after, before) => {
    const rows = over.all(state, after);
    const old = rows.filter((row) => numberOf(row, 'over_at') < before);
    for (const row of old) {
      tombstones.add({jobId: textOf(row, 'job_id'), tag: textOf(row, 'tag')});
      for (const deletion of deletions) deletion.run(numberOf(row, 'seq'));
      frames.dropUnused(numberOf(row, 'frame_id'));
    }
    if (old.length > 0) frames.forgetLast();
    const last = rows.at(-1);
    // Jobs are numbered as they come: from one received after `before` on, none can have been over before it.
    const isEnd = last === undefined || rows.length < PRUNE_CHUNK || numberOf(last, 'received_at') >= before;
    return {deleted: old.length, next: isEnd ? null : numberOf(last, 'seq')};
  };
}
