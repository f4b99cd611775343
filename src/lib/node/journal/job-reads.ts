import type {JobKey} from '../../protocol/wire/messages.ts';
import {OPEN_STATES, type JobState} from '../events/job-states.ts';
import type {Database, Row} from './driver.ts';
import type {frameTable} from './frames.ts';
import {OVER, type pastTable, type PastJob} from './past.ts';
import type {JobRecord, QueuedJob} from './records.ts';
import {jobOf, maybeNumberOf, numberOf, stateOf, textOf} from './rows.ts';

/** Of the job that came last, and of the newest one that was accepted; Unix ms, null when there is none. */
export type Activity = {lastReceivedAt: number | null; lastAcceptedAt: number | null};

/** How many jobs of a kind of worker have no answer; `oldestAt`: when the first of them came, Unix ms. */
export type WithoutAnswer = {kind: string; waiting: number; unanswered: number; oldestAt: number};

const RECORD = `
  SELECT j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, j.born, j.frame_id, j.frame_index, j.span_start,
    j.span_end, j.kind, j.model, coalesce(a.vrf, j.vrf) AS vrf, j.range, a.outcome, a.content
  FROM jobs j LEFT JOIN answers a ON a.seq = j.seq`;

/** The tables beside that of the jobs. */
export type BesideJobs = {frames: ReturnType<typeof frameTable>; past: ReturnType<typeof pastTable>};

/** What is read of the jobs, each with its own part of its frame, and its answer. Every function is synchronous. */
export function jobReads(database: Database, {frames, past}: BesideJobs) {
  const bySeq = database.prepare(`${RECORD} WHERE j.seq = ?`);
  const last = database.prepare(`${RECORD} ORDER BY j.seq DESC LIMIT 1`);
  const byKey = database.prepare(`${RECORD} WHERE j.job_id = ? AND j.tag = ? AND j.position = ?`);
  const newestBorn = database.prepare('SELECT born FROM jobs ORDER BY seq DESC LIMIT 1');
  const frameIdOf = database.prepare('SELECT frame_id FROM jobs WHERE seq = ?');
  const queued = database.prepare(
    'SELECT seq, kind, received_at FROM jobs WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
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

  const elementOf = (row: Row): string => {
    const start = maybeNumberOf(row, 'span_start');
    const end = maybeNumberOf(row, 'span_end');
    const span = start === null || end === null ? null : {start, end};
    return frames.element(numberOf(row, 'frame_id'), span, numberOf(row, 'frame_index'));
  };
  const recordOf = (row: Row | undefined): JobRecord | undefined =>
    row === undefined ? undefined : jobOf(row, elementOf(row));

  function get(seq: number): JobRecord | undefined {
    const row = bySeq.get(seq);
    if (row !== undefined) return recordOf(row);
    const packed = past.get(seq);
    return packed === undefined ? undefined : recordOfPast(packed);
  }

  return {
    find: ({jobId, tag, position}: JobKey): JobRecord | undefined =>
      recordOf(byKey.get(jobId, tag, position)),

    get,

    /** The whole frame of a job; null: the job is packed or cleaned up. */
    frameOf(seq: number): Uint8Array | null {
      const row = frameIdOf.get(seq);
      return row === undefined ? null : frames.whole(numberOf(row, 'frame_id'));
    },

    /** Jobs in a state after one, in order of arrival, without anything that may be large. */
    queued: (state: JobState, after: number, limit: number): QueuedJob[] =>
      queued.all(state, after, limit).map((row) => ({
        seq: numberOf(row, 'seq'),
        kind: textOf(row, 'kind'),
        receivedAt: numberOf(row, 'received_at'),
      })),

    /** When the oldest job came that is on its way, Unix ms; null: there is none. */
    oldestOpenAt(): number | null {
      const first = OPEN_STATES.flatMap((state) => queued.all(state, 0, 1)).map((row) => ({
        seq: numberOf(row, 'seq'),
        at: numberOf(row, 'received_at'),
      }));
      return first.sort((a, b) => a.seq - b.seq)[0]?.at ?? null;
    },

    /** How old the journal was when the newest job came; 0: there is none. */
    newestBorn(): number {
      const row = newestBorn.get();
      return row === undefined ? 0 : (maybeNumberOf(row, 'born') ?? 0);
    },

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
      const wanted = [...new Set(states)];
      const stored = wanted.flatMap((state) =>
        kind === undefined ? seqs.all(state, after, limit) : seqsOfKind.all(state, after, kind, limit),
      );
      const packed = OVER.filter((state) => kind === undefined && wanted.includes(state)).flatMap((state) =>
        past.seqs(state, after, limit),
      );
      const first = [...stored.map((row) => numberOf(row, 'seq')), ...packed]
        .sort((a, b) => a - b)
        .slice(0, limit);
      return first.flatMap((seq) => get(seq) ?? []);
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
      for (const [state, packed] of past.counts()) counts[state] += packed;
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
      const {receivedAt, acceptedAt} = past.activity();
      return {
        lastReceivedAt: at(newest.get()) ?? receivedAt,
        lastAcceptedAt: at(newestAccepted.get()) ?? acceptedAt,
      };
    },
  };
}

/** A packed job as it was, without what is gone. */
function recordOfPast({
  packed: _packed,
  concludedAt: _concludedAt,
  closedAt: _closedAt,
  ...job
}: PastJob): JobRecord {
  return {...job, bornAge: 0, element: null, index: 0};
}
