import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {pickDriver, type Database, type Row, type SqliteDriver, type SqlValue} from './driver.ts';
import {readFailure} from './failure.ts';
import {refusedReads} from './inflow.ts';
import {
  maybeTextOf,
  numberOf,
  outcomeOf,
  rangeOf,
  readingOf,
  requestOf,
  stateOf,
  textOf,
  vrfOf,
} from './rows.ts';
import {prepareSchema} from './schema.ts';
import {JOURNAL_FILE} from './sqlite.ts';
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
  /** A durable note of the operator. */
  recall(name: string): string | null;
  /** Messages of the dispatcher that could not be taken. */
  refused: ReturnType<typeof refusedReads>;
  close(): void;
};

const COLUMNS = `j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, j.kind, j.model, j.signer,
  coalesce(a.vrf, j.vrf) AS vrf, a.outcome, a.at AS concluded_at, j.envelope_id, j.signature, j.signed_at, j.closed_at`;
const FROM = 'FROM jobs j LEFT JOIN answers a ON a.seq = j.seq';
const CHUNK = 200;
/** Behind every text that begins so, in SQLite's order of bytes. */
const LAST_LETTER = '\u{10ffff}';

/** @throws AosError JOURNAL_MISSING | JOURNAL_UNREADABLE | JOURNAL_DRIVER */
export function openJobReader({dir, driver}: {dir: string; driver?: SqliteDriver}): JobReader {
  const path = join(dir, JOURNAL_FILE);
  if (!existsSync(path)) throw new AosError('JOURNAL_MISSING', `there is no journal in ${dir}`);
  let database: Database | undefined;
  try {
    database = (driver ?? pickDriver()).open(path, {readOnly: true});
    database.exec('PRAGMA busy_timeout = 5000');
    prepareSchema(database, {path, readOnly: true});
    return jobReader(database, path);
  } catch (error) {
    database?.close();
    throw readFailure(error, path);
  }
}

function jobReader(database: Database, path: string): JobReader {
  const one = database.prepare(`SELECT ${COLUMNS}, j.range, j.why, j.frame_index, f.text AS frame, a.content
    ${FROM} JOIN frames f ON f.id = j.frame_id WHERE j.seq = ?`);
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
  const readings = database.prepare('SELECT * FROM readings WHERE ref = ? ORDER BY n');
  const fact = database.prepare('SELECT value FROM facts WHERE name = ?');
  const refused = refusedReads(database);

  const readOrFail = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      throw readFailure(error, path);
    }
  };
  const seqs = (query: JobQuery): number[] => {
    const {where, values} = conditionOf(query);
    return database
      .prepare(`SELECT j.seq ${FROM} ${where} ORDER BY j.seq DESC LIMIT ?`)
      .all(...values, query.limit ?? -1)
      .map((row) => numberOf(row, 'seq'))
      .reverse();
  };
  const record = (seq: number): JobDetailRecord | undefined => {
    const row = one.get(seq);
    if (row === undefined) return undefined;
    return {
      ...rowOf(row),
      frame: textOf(row, 'frame'),
      index: numberOf(row, 'frame_index'),
      range: rangeOf(row),
      content: maybeTextOf(row, 'content'),
      requests: requests.all(seq).map(requestRowOf),
      evidence: evidence.all(seq).map(evidenceOf),
      why: maybeTextOf(row, 'why'),
      readings: readings.all(textOf(row, 'job_id')).map(readingOf),
    };
  };

  return {
    list: (query) =>
      readOrFail(() => {
        const {where, values} = conditionOf(query);
        const sql = `SELECT ${COLUMNS} ${FROM} ${where} ORDER BY j.seq DESC LIMIT ?`;
        return database
          .prepare(sql)
          .all(...values, query.limit ?? -1)
          .map(rowOf);
      }),
    count: (query) =>
      readOrFail(() => {
        const {where, values} = conditionOf(query);
        const row = database.prepare(`SELECT count(*) AS jobs ${FROM} ${where}`).get(...values);
        return row === undefined ? 0 : numberOf(row, 'jobs');
      }),
    find: (id, most) =>
      readOrFail(() => {
        const same = exact.all(id, most);
        const rows = same.length > 0 ? same : beginning.all(id, id + LAST_LETTER, most);
        return rows.map(rowOf);
      }),
    bySeq: (seq) =>
      readOrFail(() => {
        const row = bySeq.get(seq);
        return row === undefined ? undefined : rowOf(row);
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

function conditionOf({states, outcomes, kinds, tags, since}: JobQuery): {where: string; values: SqlValue[]} {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const among = (column: string, texts: readonly string[]): string => {
    values.push(...texts);
    return `${column} IN (${texts.map(() => '?').join(', ')})`;
  };
  const stages = [
    ...(states.length > 0 ? [among('j.state', states)] : []),
    ...(outcomes.length > 0 ? [among('a.outcome', outcomes)] : []),
  ];
  if (stages.length > 0) conditions.push(`(${stages.join(' OR ')})`);
  if (kinds.length > 0) conditions.push(among('j.kind', kinds));
  if (tags.length > 0) conditions.push(among('j.tag', tags));
  if (since !== null) {
    conditions.push('j.received_at >= ?');
    values.push(since);
  }
  return {where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values};
}

function rowOf(row: Row): JobRow {
  const envelopeId = maybeTextOf(row, 'envelope_id');
  const signature = maybeTextOf(row, 'signature');
  const signedAt = maybeNumber(row, 'signed_at');
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
    concludedAt: maybeNumber(row, 'concluded_at'),
    delivery: isSigned ? {envelopeId, signature, at: signedAt} : null,
    closedAt: maybeNumber(row, 'closed_at'),
  };
}

function requestRowOf(row: Row): JobRequestRow {
  const {attempt, kind, askedAt, answer, worker, takenAt, ended} = requestOf(row);
  const answeredAt = maybeNumber(row, 'answered_at');
  const endedAt = maybeNumber(row, 'ended_at');
  return {attempt, kind, askedAt, answer, worker, takenAt, ended, answeredAt, endedAt};
}

function evidenceOf(row: Row): EvidenceRow {
  return {
    attempt: maybeNumber(row, 'attempt'),
    at: numberOf(row, 'at'),
    why: textOf(row, 'why'),
    body: textOf(row, 'body'),
    bytes: numberOf(row, 'bytes'),
  };
}

function maybeNumber(row: Row, column: string): number | null {
  return row[column] === null ? null : numberOf(row, column);
}
