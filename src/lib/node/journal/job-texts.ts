import {AosError} from '../../foundation/errors/error.ts';
import type {JobOutcome} from '../events/job-states.ts';
import type {Database, Row} from './driver.ts';
import type {JobRecord} from './records.ts';
import {numberOf, outcomeOf, stateOf, textOf, vrfOf} from './rows.ts';

/** What was answered to a (job_id, tag) for which this node was selected; the VRF and the clock are each position's own. */
export type SignedText = {outcome: JobOutcome; result: string; reason: string};

/** The jobs that share a (job_id, tag) with one, under other positions. */
export type Others = {
  /** The one text that was answered already; null: none. */
  text: SignedText | null;
  /** One of them is asked about, so its answer will be that of all. */
  isAsked: boolean;
};

const NONE: Others = {text: null, isAsked: false};

/**
 * The texts of a (job_id, tag). A job_result has no position: two texts would prove that this node says two things about
 * one job. Every function is synchronous.
 */
export function textTable(database: Database) {
  const beside = database.prepare(
    `SELECT j.seq, j.state, a.outcome, a.vrf, a.content, EXISTS (SELECT 1 FROM questions q WHERE q.seq = j.seq) AS is_asked
     FROM jobs j LEFT JOIN answers a ON a.seq = j.seq WHERE j.job_id = ? AND j.tag = ? AND j.seq <> ? ORDER BY j.seq`,
  );
  const any = database.prepare('SELECT 1 FROM jobs WHERE job_id = ? AND tag = ? LIMIT 1');
  const other = database.prepare('SELECT 1 FROM jobs WHERE job_id = ? AND tag = ? AND seq <> ? LIMIT 1');
  const asked = database.prepare('SELECT 1 FROM questions WHERE seq = ? LIMIT 1');
  const received = database.prepare(
    `SELECT job_id, tag, position FROM jobs WHERE seq = ? AND state = 'received'`,
  );
  type Place = Pick<JobRecord, 'seq' | 'key'>;
  const rowsBeside = ({seq, key}: Place): Row[] => beside.all(key.jobId, key.tag, seq);

  function text(job: Place): SignedText | null {
    for (const row of rowsBeside(job)) {
      const found = textIn(row);
      if (found !== null) return found;
    }
    return null;
  }

  const open = (job: Place): number[] =>
    rowsBeside(job)
      .filter((row) => ['selected', 'unanswered'].includes(stateOf(row)))
      .map((row) => numberOf(row, 'seq'));

  return {
    /** Whether a job of this (job_id, tag) is stored, under any position. */
    isKnown: ({jobId, tag}: JobRecord['key']): boolean => any.get(jobId, tag) !== undefined,

    /** Whether there are jobs of the same (job_id, tag) under other positions. */
    hasOthers: ({seq, key}: Place): boolean => other.get(key.jobId, key.tag, seq) !== undefined,

    text,

    others(job: Place): Others {
      const rows = rowsBeside(job);
      if (rows.length === 0) return NONE;
      const mine = asked.get(job.seq) !== undefined;
      // The one with a request comes first, then the one that was stored first.
      const isAsked = rows.some((row) => {
        const theirs = row['is_asked'] === 1;
        return stateOf(row) === 'selected' && (theirs === mine ? numberOf(row, 'seq') < job.seq : theirs);
      });
      return {text: text(job), isAsked};
    },

    /** Whether a received job may not have a text of its own: its (job_id, tag) has one, or waits for one, elsewhere. */
    isShared(seq: number): boolean {
      const row = received.get(seq);
      if (row === undefined) return false;
      const key = {jobId: textOf(row, 'job_id'), tag: textOf(row, 'tag'), position: textOf(row, 'position')};
      const job = {seq, key};
      return text(job) !== null || open(job).length > 0;
    },

    /** Those that wait for an answer, or ended without one. */
    open,
  };
}

/** An answer of a job that was not selected is no text in this sense. */
function textIn(row: Row): SignedText | null {
  if (row['content'] === null || !vrfOf(textOf(row, 'vrf')).selected) return null;
  const value = parsedJson(textOf(row, 'content'));
  if (typeof value === 'object' && value !== null && 'result' in value && 'reason' in value) {
    const {result, reason} = value;
    if (typeof result === 'string' && typeof reason === 'string')
      return {outcome: outcomeOf(row), result, reason};
  }
  throw new AosError('JOURNAL_UNREADABLE', 'the journal holds an answer that no aos writes');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no answer that aos writes
  }
}
