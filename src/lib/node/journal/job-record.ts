import type {Database, Row} from './driver.ts';
import type {JobState} from '../events/job-states.ts';
import {checkedOf} from './checks.ts';
import {PROOF_OF_ANSWER, proofRowOf} from './proofs.ts';
import {frameTable} from './frames.ts';
import type {EvidenceRow, JobDetailRecord, JobRequestRow, JobRow} from './job-query-types.ts';
import {pastRecordOf} from './past-query.ts';
import {readingReads} from './reading-reads.ts';
import {withoutRequestIds} from './request-mark.ts';
import {
  maybeNumberOf,
  maybeTextOf,
  numberOf,
  outcomeOf,
  rangeOf,
  requestOf,
  stateOf,
  textOf,
  vrfOf,
} from './rows.ts';

/** Whether a job waits without an answer, and has one that is held. */
export const HELD = `j.state IN ('received', 'selected', 'unanswered') AND EXISTS
  (SELECT 1 FROM checks c WHERE c.seq = j.seq AND c.state = 'held')`;
/** Columns of a job that is whole, and the tables that they are in. */
export const COLUMNS = `j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, j.kind, j.model, j.signer,
  coalesce(a.vrf, j.vrf) AS vrf, a.outcome, a.at AS concluded_at, j.envelope_id, j.signature, j.signed_at, j.closed_at,
  ${HELD} AS is_held`;
export const FROM = 'FROM jobs j LEFT JOIN answers a ON a.seq = j.seq';
/** Jobs in these states take an answer to any of their requests. */
const WAITING: ReadonlySet<JobState> = new Set(['received', 'selected', 'unanswered']);

/** Reads everything of one job; every function is synchronous, and throws AosError JOURNAL_UNREADABLE. */
export function jobRecords(database: Database) {
  const frames = frameTable(database);
  const one = database.prepare(
    `SELECT ${COLUMNS}, j.range, j.why, j.frame_id, j.frame_index, j.span_start, j.span_end, j.reply, a.content ${FROM} WHERE j.seq = ?`,
  );
  const pastOne = database.prepare('SELECT j.* FROM past j WHERE j.seq = ?');
  const requests = database.prepare('SELECT * FROM questions WHERE seq = ? ORDER BY attempt, asked_at');
  const evidence = database.prepare(
    `SELECT e.at, e.why, e.body, e.bytes, q.attempt FROM evidence e
     LEFT JOIN questions q ON q.request_id = e.request_id WHERE e.seq = ? ORDER BY e.n`,
  );
  const checks = database.prepare(
    `SELECT c.*, q.attempt FROM checks c LEFT JOIN questions q ON q.request_id = c.request_id WHERE c.seq = ? ORDER BY c.n`,
  );
  const proof = database.prepare(PROOF_OF_ANSWER);
  const readings = readingReads(database);
  /** The message read last: the jobs of one message follow each other, and have the same text. */
  let last: {id: number; text: string} | null = null;

  function frameText(id: number): string {
    if (last?.id !== id) last = {id, text: frames.whole(id).toString()};
    return last.text;
  }

  return {
    /** @param mostFrame bytes; a larger frame is not read, and is null */
    one(seq: number, mostFrame = Infinity): JobDetailRecord | undefined {
      const row = one.get(seq);
      if (row === undefined) {
        const past = pastOne.get(seq);
        return past === undefined ? undefined : pastRecordOf(past);
      }
      const frameId = numberOf(row, 'frame_id');
      const index = numberOf(row, 'frame_index');
      const start = maybeNumberOf(row, 'span_start');
      const end = maybeNumberOf(row, 'span_end');
      const isLarge = frames.size(frameId) > mostFrame;
      const span = start === null || end === null ? null : {start, end};
      const requestRows = requests.all(seq);
      return {
        ...rowOf(row),
        frame: isLarge ? null : frameText(frameId),
        element: isLarge && span === null ? null : frames.element(frameId, span, index),
        index,
        packed: null,
        range: rangeOf(row),
        reply: row['reply'] instanceof Uint8Array ? row['reply'] : null,
        proof: proofRowOf(proof.get(seq)),
        content: maybeTextOf(row, 'content'),
        requests: requestRows.map(requestRowOf),
        evidence: evidenceIn(evidence.all(seq), stateOf(row), requestRows),
        checks: checks.all(seq).map((check) => ({
          ...checkedOf(check),
          attempt: maybeNumberOf(check, 'attempt'),
          body: shownBody(maybeTextOf(check, 'body'), stateOf(row), requestRows),
        })),
        why: maybeTextOf(row, 'why'),
        readings: readings.about(textOf(row, 'job_id')),
      };
    },
  };
}

/** A whole job as a list has it. @throws AosError JOURNAL_UNREADABLE */
export function rowOf(row: Row): JobRow {
  const envelopeId = maybeTextOf(row, 'envelope_id');
  const signature = maybeTextOf(row, 'signature');
  const signedAt = maybeNumberOf(row, 'signed_at');
  const isSigned = envelopeId !== null && signature !== null && signedAt !== null;
  return {
    seq: numberOf(row, 'seq'),
    key: {jobId: textOf(row, 'job_id'), tag: textOf(row, 'tag'), position: textOf(row, 'position')},
    state: stateOf(row),
    outcome: row['outcome'] === null ? null : outcomeOf(row),
    kind: textOf(row, 'kind'),
    model: textOf(row, 'model'),
    signer: maybeTextOf(row, 'signer'),
    vrf: row['vrf'] === null ? null : vrfOf(textOf(row, 'vrf')),
    receivedAt: numberOf(row, 'received_at'),
    concludedAt: maybeNumberOf(row, 'concluded_at'),
    delivery: isSigned ? {envelopeId, signature, at: signedAt} : null,
    closedAt: maybeNumberOf(row, 'closed_at'),
    isPacked: false,
    isHeld: row['is_held'] === 1,
  };
}

function requestRowOf(row: Row): JobRequestRow {
  const {attempt, kind, askedAt, answer, worker, takenAt, ended} = requestOf(row);
  const answeredAt = maybeNumberOf(row, 'answered_at');
  const endedAt = maybeNumberOf(row, 'ended_at');
  return {attempt, kind, askedAt, answer, worker, takenAt, ended, answeredAt, endedAt};
}

/** The ids of requests that may still be answered are not in what is shown. */
function hiddenIds(state: JobState, requests: readonly Row[]): string[] {
  return WAITING.has(state) ? requests.map((one) => textOf(one, 'request_id')) : [];
}

function shownBody(body: string | null, state: JobState, requests: readonly Row[]): string | null {
  return body === null ? null : withoutRequestIds(body, hiddenIds(state, requests));
}

function evidenceIn(rows: readonly Row[], state: JobState, requests: readonly Row[]): EvidenceRow[] {
  const waiting = hiddenIds(state, requests);
  return rows.map((row) => ({
    attempt: maybeNumberOf(row, 'attempt'),
    at: numberOf(row, 'at'),
    why: textOf(row, 'why'),
    body: withoutRequestIds(textOf(row, 'body'), waiting),
    bytes: numberOf(row, 'bytes'),
  }));
}
