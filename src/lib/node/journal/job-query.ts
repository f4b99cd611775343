import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {Reading} from '../../protocol/clock/readings.ts';
import {bootId} from '../../foundation/system/boot-id.ts';
import {refuseDamageAtOnce} from './accept-damage.ts';
import {checkedOf} from './checks.ts';
import {pickDriver, type Database, type Row, type SqliteDriver} from './driver.ts';
import {readFailure} from './failure.ts';
import {frameTable} from './frames.ts';
import {refusedReads} from './inflow.ts';
import {conditionOf, type Condition} from './job-conditions.ts';
import {pastRecordOf, pastRowOf} from './past-query.ts';
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
import {prepareSchema} from './schema.ts';
import {JOURNAL_FILE} from './sqlite.ts';
import type {JobState} from '../events/job-states.ts';
import type {EvidenceRow, JobQuery, JobRequestRow, JobDetailRecord, JobRow} from './job-query-types.ts';

/** Reads jobs from a journal that another process may write. Every function throws AosError JOURNAL_UNREADABLE. */
export type JobReader = {
  /** The newest first. */
  list(query: JobQuery): JobRow[];
  /** How many there are, whatever the limit. */
  count(query: JobQuery): number;
  /** Jobs whose id is `id`; without any, those whose id begins so. At most `most`, in order of arrival. */
  find(id: string, most: number): JobRow[];
  bySeq(seq: number): JobRow | undefined;
  /** Everything of one job. */
  record(seq: number): JobDetailRecord | undefined;
  /** The last ones that `limit` leaves, in order of arrival, as of now: a few at a time, each read when it is its turn. */
  records(query: JobQuery): Iterable<JobDetailRecord>;
  /** Readings `from` to `to`, both included. */
  readings(from: number, to: number): Reading[];
  /** The next readings after a number, in order. */
  readingsAfter(n: number, most: number): Reading[];
  /** A durable note of the operator. */
  recall(name: string): string | null;
  /** Messages of the dispatcher that could not be taken. */
  refused: ReturnType<typeof refusedReads>;
  close(): void;
};

/** Whether a job waits without an answer, and has one that is held. */
const HELD = `j.state IN ('received', 'selected', 'unanswered') AND EXISTS
  (SELECT 1 FROM checks c WHERE c.seq = j.seq AND c.state = 'held')`;
/** Of the jobs that are whole. */
const COLUMNS = `j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, j.kind, j.model, j.signer,
  coalesce(a.vrf, j.vrf) AS vrf, a.outcome, a.at AS concluded_at, j.envelope_id, j.signature, j.signed_at, j.closed_at,
  ${HELD} AS is_held`;
const FROM = 'FROM jobs j LEFT JOIN answers a ON a.seq = j.seq';
/** Of those that are packed, which never are of the same number. */
const PAST_FROM = 'FROM past j';
/** Jobs in these states take an answer to any of their requests. */
const WAITING: ReadonlySet<JobState> = new Set(['received', 'selected', 'unanswered']);
const CHUNK = 200;
/** Behind every text that begins so, in SQLite's order of bytes. */
const LAST_LETTER = '\u{10ffff}';

/** @throws AosError JOURNAL_MISSING | JOURNAL_DAMAGED | JOURNAL_UNREADABLE | JOURNAL_DRIVER */
export function openJobReader({dir, driver}: {dir: string; driver?: SqliteDriver}): JobReader {
  const path = join(dir, JOURNAL_FILE);
  let database: Database | undefined;
  try {
    const by = driver ?? pickDriver();
    refuseDamageAtOnce(by, path, bootId());
    if (!existsSync(path)) throw new AosError('JOURNAL_MISSING', `there is no journal in ${dir}`);
    database = by.open(path, {readOnly: true});
    database.exec('PRAGMA busy_timeout = 5000');
    prepareSchema(database, {path, readOnly: true});
    return jobReader(database, path);
  } catch (error) {
    database?.close();
    throw readFailure(error, path);
  }
}

// eslint-disable-next-line max-lines-per-function -- a line or two for each function of the reader, over the tables of one file
function jobReader(database: Database, path: string): JobReader {
  const frames = frameTable(database);
  const one = database.prepare(
    `SELECT ${COLUMNS}, j.range, j.why, j.frame_id, j.frame_index, j.span_start, j.span_end, j.reply, a.content ${FROM} WHERE j.seq = ?`,
  );
  const pastOne = database.prepare(`SELECT j.* ${PAST_FROM} WHERE j.seq = ?`);
  const pastExact = database.prepare(`SELECT j.* ${PAST_FROM} WHERE j.job_id = ? ORDER BY j.seq LIMIT ?`);
  const pastBeginning = database.prepare(
    `SELECT j.* ${PAST_FROM} WHERE j.job_id >= ?1 AND j.job_id < ?2 ORDER BY j.seq LIMIT ?3`,
  );
  const exact = database.prepare(`SELECT ${COLUMNS} ${FROM} WHERE j.job_id = ? ORDER BY j.seq LIMIT ?`);
  const beginning = database.prepare(
    `SELECT ${COLUMNS} ${FROM} WHERE j.job_id >= ?1 AND j.job_id < ?2 ORDER BY j.seq LIMIT ?3`,
  );
  const bySeq = database.prepare(`SELECT ${COLUMNS} ${FROM} WHERE j.seq = ?`);
  const requests = database.prepare('SELECT * FROM questions WHERE seq = ? ORDER BY attempt, asked_at');
  const evidence = database.prepare(
    `SELECT e.at, e.why, e.body, e.bytes, q.attempt FROM evidence e
     LEFT JOIN questions q ON q.request_id = e.request_id WHERE e.seq = ? ORDER BY e.n`,
  );
  const checks = database.prepare(
    `SELECT c.*, q.attempt FROM checks c LEFT JOIN questions q ON q.request_id = c.request_id WHERE c.seq = ? ORDER BY c.n`,
  );
  const readings = readingReads(database);
  const fact = database.prepare('SELECT value FROM facts WHERE name = ?');
  const refused = refusedReads(database);

  const readOrFail = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw readFailure(error, path);
    }
  };
  /** The newest that fit of the jobs that are whole and of those that are packed, the newest first. */
  const newest = (query: JobQuery, columns: string, pastColumns: string): Row[] => {
    const limit = query.limit ?? -1;
    const select = (what: string, from: string, {where, values}: Condition): Row[] =>
      database.prepare(`SELECT ${what} ${from} ${where} ORDER BY j.seq DESC LIMIT ?`).all(...values, limit);
    const rows = select(columns, FROM, conditionOf(query, 'a.outcome', HELD));
    const past = select(pastColumns, PAST_FROM, conditionOf(query, 'j.outcome', 'false'));
    return merged(rows, past, (a, b) => b - a).slice(0, query.limit ?? undefined);
  };
  const seqs = (query: JobQuery): number[] =>
    newest(query, 'j.seq', 'j.seq')
      .map((row) => numberOf(row, 'seq'))
      .reverse();
  const record = (seq: number): JobDetailRecord | undefined => {
    const row = one.get(seq);
    if (row === undefined) {
      const past = pastOne.get(seq);
      return past === undefined ? undefined : pastRecordOf(past);
    }
    const frameId = numberOf(row, 'frame_id');
    const index = numberOf(row, 'frame_index');
    const start = maybeNumberOf(row, 'span_start');
    const end = maybeNumberOf(row, 'span_end');
    const requestRows = requests.all(seq);
    return {
      ...rowOf(row),
      frame: frames.whole(frameId).toString(),
      element: frames.element(frameId, start === null || end === null ? null : {start, end}, index),
      index,
      packed: null,
      range: rangeOf(row),
      reply: row['reply'] instanceof Uint8Array ? row['reply'] : null,
      content: maybeTextOf(row, 'content'),
      requests: requestRows.map(requestRowOf),
      evidence: evidenceIn(evidence.all(seq), stateOf(row), requestRows),
      checks: checks.all(seq).map((one) => ({
        ...checkedOf(one),
        attempt: maybeNumberOf(one, 'attempt'),
        body: shownBody(maybeTextOf(one, 'body'), stateOf(row), requestRows),
      })),
      why: maybeTextOf(row, 'why'),
      readings: readings.about(textOf(row, 'job_id')),
    };
  };

  return {
    list: (query) => readOrFail(() => newest(query, COLUMNS, 'j.*').map(anyRowOf)),
    count: (query) =>
      readOrFail(() => {
        const count = (from: string, {where, values}: Condition): number => {
          const row = database.prepare(`SELECT count(*) AS jobs ${from} ${where}`).get(...values);
          return row === undefined ? 0 : numberOf(row, 'jobs');
        };
        return (
          count(FROM, conditionOf(query, 'a.outcome', HELD)) +
          count(PAST_FROM, conditionOf(query, 'j.outcome', 'false'))
        );
      }),
    find: (id, most) =>
      readOrFail(() => {
        const ascending = (a: number, b: number): number => a - b;
        const same = merged(exact.all(id, most), pastExact.all(id, most), ascending);
        const end = id + LAST_LETTER;
        const rows =
          same.length > 0
            ? same
            : merged(beginning.all(id, end, most), pastBeginning.all(id, end, most), ascending);
        return rows.slice(0, most).map(anyRowOf);
      }),
    bySeq: (seq) =>
      readOrFail(() => {
        const row = bySeq.get(seq) ?? pastOne.get(seq);
        return row === undefined ? undefined : anyRowOf(row);
      }),
    record: (seq) => readOrFail(() => record(seq)),
    *records(query) {
      const all = readOrFail(() => seqs(query));
      for (let from = 0; from < all.length; from += CHUNK) {
        const chunk = all.slice(from, from + CHUNK);
        // One that is gone by now was cleaned up after its retention.
        yield* readOrFail(() => chunk.flatMap((seq) => record(seq) ?? []));
      }
    },
    readings: (from, to) => readOrFail(() => readings.between(from, to)),
    readingsAfter: (n, most) => readOrFail(() => readings.after(n, most)),
    recall: (name) =>
      readOrFail(() => {
        const row = fact.get(name);
        return row === undefined ? null : textOf(row, 'value');
      }),
    refused: {
      list: (limit) => readOrFail(() => refused.list(limit)),
      one: (n) => readOrFail(() => refused.one(n)),
      count: () => readOrFail(() => refused.count()),
    },
    close: () => database.close(),
  };
}

/** Rows of two tables in one order of their numbers. */
function merged(rows: Row[], others: Row[], order: (a: number, b: number) => number): Row[] {
  if (others.length === 0) return rows;
  return [...rows, ...others].sort((a, b) => order(numberOf(a, 'seq'), numberOf(b, 'seq')));
}

const anyRowOf = (row: Row): JobRow => ('packed' in row ? pastRowOf(row) : rowOf(row));

function rowOf(row: Row): JobRow {
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
