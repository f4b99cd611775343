import type {Database, Row, SqlValue} from './driver.ts';
import {unpackJob, type PackedJob} from './packed.ts';
import type {JobRecord} from './records.ts';
import {maybeNumberOf, numberOf, outcomeOf, stateOf, textOf} from './rows.ts';
import {rangeOfText} from '../../protocol/vrf/range-text.ts';
import type {JobState} from '../events/job-states.ts';

/** A packed job: the columns of its list, and what of its evidence is left. */
export type PastJob = Omit<JobRecord, 'element' | 'bornAge' | 'index'> & {
  packed: PackedJob;
  concludedAt: number | null;
  closedAt: number | null;
};

/** The states that a job may stay in for ever. */
export const OVER = ['accepted', 'expired', 'unanswered'] as const satisfies readonly JobState[];

/** Rows deleted in one transaction. */
const AT_ONCE = 200;

/** The jobs that are packed (packed.ts). Every function is synchronous; those that write run inside a transaction. */
export function pastTable(database: Database) {
  const add = database.prepare(
    `INSERT INTO past (seq, job_id, tag, position, state, outcome, kind, model, received_at, concluded_at, closed_at, over, packed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const bySeq = database.prepare('SELECT * FROM past WHERE seq = ?');
  const seqs = database.prepare('SELECT seq FROM past WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?');
  const counts = database.prepare('SELECT state, count(*) AS jobs FROM past GROUP BY state');
  const oldest = database.prepare(`SELECT seq, over FROM past WHERE seq > ? ORDER BY seq LIMIT ${AT_ONCE}`);
  const drop = database.prepare('DELETE FROM past WHERE seq = ?');
  const newest = database.prepare('SELECT received_at FROM past ORDER BY seq DESC LIMIT 1');
  const newestAccepted = database.prepare(
    `SELECT closed_at FROM past WHERE state = 'accepted' ORDER BY seq DESC LIMIT 1`,
  );

  return {
    add: (...values: SqlValue[]): void => {
      add.run(...values);
    },

    get(seq: number): PastJob | undefined {
      const row = bySeq.get(seq);
      return row === undefined ? undefined : pastOf(row);
    },

    /** Numbers of jobs in a state after one, in order. */
    seqs: (state: JobState, after: number, limit: number): number[] =>
      seqs.all(state, after, limit).map((row) => numberOf(row, 'seq')),

    counts: (): [JobState, number][] => counts.all().map((row) => [stateOf(row), numberOf(row, 'jobs')]),

    /** When the newest of them came, and when the newest accepted one was; Unix ms. */
    activity(): {receivedAt: number | null; acceptedAt: number | null} {
      const received = newest.get();
      const accepted = newestAccepted.get();
      return {
        receivedAt: received === undefined ? null : numberOf(received, 'received_at'),
        acceptedAt: accepted === undefined ? null : maybeNumberOf(accepted, 'closed_at'),
      };
    },

    /**
     * Deletes those of the next jobs after `after` that were over before an age of the journal.
     * @returns `next`: where the following call starts, null at the end
     */
    prune(after: number, before: number): {deleted: number; next: number | null} {
      const rows = oldest.all(after);
      const old = rows.filter((row) => numberOf(row, 'over') < before);
      for (const row of old) drop.run(numberOf(row, 'seq'));
      const last = rows.at(-1);
      // Most are over in the order in which they came: the first page without an old one is the end.
      const isEnd = last === undefined || rows.length < AT_ONCE || old.length === 0;
      return {deleted: old.length, next: isEnd ? null : numberOf(last, 'seq')};
    },
  };
}

/** @throws AosError JOURNAL_UNREADABLE */
export function pastOf(row: Row): PastJob {
  const bytes = row['packed'];
  const jobId = textOf(row, 'job_id');
  const packed = unpackJob(bytes instanceof Uint8Array ? bytes : Buffer.alloc(0), jobId);
  return {
    seq: numberOf(row, 'seq'),
    key: {jobId, tag: textOf(row, 'tag'), position: textOf(row, 'position')},
    state: stateOf(row),
    outcome: row['outcome'] === null ? null : outcomeOf(row),
    kind: textOf(row, 'kind'),
    model: textOf(row, 'model'),
    receivedAt: numberOf(row, 'received_at'),
    concludedAt: maybeNumberOf(row, 'concluded_at'),
    closedAt: maybeNumberOf(row, 'closed_at'),
    vrf: packed.vrf,
    range: packed.range === null ? null : (rangeOfText(packed.range) ?? null),
    content: packed.content,
    packed,
  };
}
