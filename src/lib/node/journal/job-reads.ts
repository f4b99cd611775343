import type {JobKey} from '../../protocol/wire/messages.ts';
import type {JobState} from '../events/job-states.ts';
import type {Database, Row} from './driver.ts';
import type {JobRecord} from './records.ts';
import {jobOf, numberOf, stateOf, textOf} from './rows.ts';

/** Of the job that came last, and of the newest one that was accepted; Unix ms, null when there is none. */
export type Activity = {lastReceivedAt: number | null; lastAcceptedAt: number | null};

/** How many jobs of a kind of worker have no answer; `oldestAt`: when the first of them came, Unix ms. */
export type WithoutAnswer = {kind: string; waiting: number; unanswered: number; oldestAt: number};

const RECORD = `
  SELECT j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, f.text AS frame, j.frame_index, j.kind, j.model,
    coalesce(a.vrf, j.vrf) AS vrf, j.range, a.outcome, a.content
  FROM jobs j JOIN frames f ON f.id = j.frame_id LEFT JOIN answers a ON a.seq = j.seq`;

/** What is read of the jobs, each with its frame and answer. Every function is synchronous. */
export function jobReads(database: Database) {
  const bySeq = database.prepare(`${RECORD} WHERE j.seq = ?`);
  const last = database.prepare(`${RECORD} ORDER BY j.seq DESC LIMIT 1`);
  const byKey = database.prepare(`${RECORD} WHERE j.job_id = ? AND j.tag = ? AND j.position = ?`);
  const seqs = database.prepare('SELECT seq FROM jobs WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?');
  const seqsOfKind = database.prepare(
    'SELECT seq FROM jobs WHERE state = ? AND seq > ? AND kind = ? ORDER BY seq LIMIT ?',
  );
  const newest = database.prepare('SELECT received_at AS at FROM jobs ORDER BY seq DESC LIMIT 1');
  const newestAccepted = database.prepare(
    `SELECT closed_at AS at FROM jobs WHERE state = 'accepted' ORDER BY seq DESC LIMIT 1`,
  );
  const waiting = database.prepare(
    `SELECT kind, count(*) AS jobs, min(received_at) AS oldest FROM jobs
     WHERE state = 'selected' AND received_at < ? GROUP BY kind`,
  );
  const unanswered = database.prepare(
    `SELECT kind, count(*) AS jobs, min(received_at) AS oldest FROM jobs
     WHERE state = 'unanswered' AND closed_at >= ? GROUP BY kind`,
  );
  const pending = database.prepare(
    `SELECT count(*) AS jobs FROM jobs WHERE state IN ('received', 'selected', 'concluded', 'signed')`,
  );
  const tally = database.prepare('SELECT state, count(*) AS jobs FROM jobs GROUP BY state');

  const recordOf = (row: Row | undefined): JobRecord | undefined =>
    row === undefined ? undefined : jobOf(row);

  return {
    find: ({jobId, tag, position}: JobKey): JobRecord | undefined =>
      recordOf(byKey.get(jobId, tag, position)),

    get: (seq: number): JobRecord | undefined => recordOf(bySeq.get(seq)),

    newest: (): JobRecord | undefined => recordOf(last.get()),

    /** Each state by its own index range, then merged: one query over several states would sort all of their jobs. */
    list({
      states,
      after,
      limit,
      kind,
    }: {
      states: readonly JobState[];
      after: number;
      limit: number;
      kind?: string;
    }): JobRecord[] {
      const rows = [...new Set(states)].flatMap((state) =>
        kind === undefined ? seqs.all(state, after, limit) : seqsOfKind.all(state, after, kind, limit),
      );
      const first = rows
        .map((row) => numberOf(row, 'seq'))
        .sort((a, b) => a - b)
        .slice(0, limit);
      return first.flatMap((seq) => bySeq.all(seq).map(jobOf));
    },

    counts(): Record<JobState, number> {
      const counts: Record<JobState, number> = {
        received: 0,
        selected: 0,
        unanswered: 0,
        concluded: 0,
        signed: 0,
        accepted: 0,
        expired: 0,
      };
      for (const row of tally.all()) counts[stateOf(row)] = numberOf(row, 'jobs');
      return counts;
    },

    /**
     * Jobs that a worker should have answered, by kind: selected and received before `waitingSince`, or left without an
     * answer at or after `leftSince` (Unix ms).
     */
    withoutAnswer(waitingSince: number, leftSince: number): WithoutAnswer[] {
      const kinds = new Map<string, WithoutAnswer>();
      const add = (row: Row, what: 'waiting' | 'unanswered'): void => {
        const kind = textOf(row, 'kind');
        const known = kinds.get(kind) ?? {kind, waiting: 0, unanswered: 0, oldestAt: Infinity};
        const oldestAt = Math.min(known.oldestAt, numberOf(row, 'oldest'));
        kinds.set(kind, {...known, [what]: numberOf(row, 'jobs'), oldestAt});
      };
      for (const row of waiting.all(waitingSince)) add(row, 'waiting');
      for (const row of unanswered.all(leftSince)) add(row, 'unanswered');
      return [...kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    },

    /** Jobs that are on their way; those that ended without an answer are not. */
    pending(): number {
      const row = pending.get();
      return row === undefined ? 0 : numberOf(row, 'jobs');
    },

    activity(): Activity {
      const at = (row: Row | undefined): number | null => (row === undefined ? null : numberOf(row, 'at'));
      return {lastReceivedAt: at(newest.get()), lastAcceptedAt: at(newestAccepted.get())};
    },
  };
}
