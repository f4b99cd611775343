import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {Reading} from '../../protocol/clock/readings.ts';
import {bootId} from '../../foundation/system/boot-id.ts';
import {refuseDamageAtOnce} from './accept-damage.ts';
import {pickDriver, type Database, type Row, type SqliteDriver} from './driver.ts';
import {readFailure} from './failure.ts';
import {refusedReads} from './inflow.ts';
import {conditionOf, type Condition} from './job-conditions.ts';
import {COLUMNS, FROM, HELD, jobRecords, rowOf} from './job-record.ts';
import {pastRowOf} from './past-query.ts';
import {readingReads} from './reading-reads.ts';
import {numberOf, textOf} from './rows.ts';
import {prepareSchema} from './schema.ts';
import {JOURNAL_FILE} from './sqlite.ts';
import type {JobQuery, JobDetailRecord, JobRow} from './job-query-types.ts';

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

/** Of those that are packed, which never are of the same number. */
const PAST_FROM = 'FROM past j';
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

function jobReader(database: Database, path: string): JobReader {
  const records = jobRecords(database);
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
    record: (seq) => readOrFail(() => records.one(seq)),
    *records(query) {
      const all = readOrFail(() => seqs(query));
      for (let from = 0; from < all.length; from += CHUNK) {
        const chunk = all.slice(from, from + CHUNK);
        // One that is gone by now was cleaned up after its retention.
        // One after the other: each has the whole message that its job came in.
        for (const seq of chunk) {
          const record = readOrFail(() => records.one(seq));
          if (record !== undefined) yield record;
        }
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
