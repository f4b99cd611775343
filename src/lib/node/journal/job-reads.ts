import type {JobKey} from '../../protocol/wire/messages.ts';
import type {JobState} from '../events/job-states.ts';
import type {Database, Row} from './driver.ts';
import type {frameTable} from './frames.ts';
import {jobFigures} from './job-figures.ts';
import {OVER, type pastTable, type PastJob} from './past.ts';
import type {JobRecord, QueuedJob} from './records.ts';
import {jobOf, maybeNumberOf, numberOf, textOf} from './rows.ts';

const RECORD = `
  SELECT j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, j.born, j.frame_id, j.frame_index, j.span_start,
    j.span_end, j.kind, j.model, coalesce(a.vrf, j.vrf) AS vrf, j.range, a.outcome, a.content
  FROM jobs j LEFT JOIN answers a ON a.seq = j.seq`;

/** The tables beside that of the jobs. */
export type BesideJobs = {frames: ReturnType<typeof frameTable>; past: ReturnType<typeof pastTable>};

/** What is read of the jobs, each with its own part of its frame, and its answer. Every function is synchronous. */
export function jobReads(database: Database, {frames, past}: BesideJobs) {
  const {bySeq, last, byKey, newestBorn, frameIdOf, queued, seqs, seqsOfKind} = prepareReads(database);

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
    ...jobFigures(database, past),

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
        bytes: maybeNumberOf(row, 'bytes'),
      })),

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

/** The statements of what is read. */
function prepareReads(database: Database) {
  return {
    bySeq: database.prepare(`${RECORD} WHERE j.seq = ?`),
    last: database.prepare(`${RECORD} ORDER BY j.seq DESC LIMIT 1`),
    byKey: database.prepare(`${RECORD} WHERE j.job_id = ? AND j.tag = ? AND j.position = ?`),
    newestBorn: database.prepare('SELECT born FROM jobs ORDER BY seq DESC LIMIT 1'),
    frameIdOf: database.prepare('SELECT frame_id FROM jobs WHERE seq = ?'),
    queued: database.prepare(
      `SELECT seq, kind, received_at, span_end - span_start AS bytes FROM jobs
       WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    seqs: database.prepare('SELECT seq FROM jobs WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?'),
    seqsOfKind: database.prepare(
      'SELECT seq FROM jobs WHERE state = ? AND seq > ? AND kind = ? ORDER BY seq LIMIT ?',
    ),
  };
}
