import type {MinuteOfJobs} from '../events/job-rates.ts';
import type {Database, Row} from './driver.ts';
import {jobMinutes} from './job-minutes.ts';
import {pastOf} from './past.ts';
import {numberOf, textOf} from './rows.ts';

/** Schema of the messages that could not be taken: the dispatcher does not send them again. */
export const REFUSED_SCHEMA = `
  CREATE TABLE refused (
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL, reason TEXT NOT NULL, code TEXT NOT NULL, message ANY NOT NULL,
    bytes INTEGER NOT NULL, frame ANY NOT NULL
  ) STRICT;
`;

/** Messages that are kept, the newest, and the most bytes of each. */
const MOST_REFUSED = 1_000;
export const MOST_REFUSED_BYTES = 64 * 1024;

/** A message of the dispatcher that was not acted on. */
export type RefusedRecord = {
  /** Its number among all of them, from 1; not all are kept. */
  n: number;
  /** Unix ms. */
  at: number;
  /** Why, as `frame_rejected` says it. */
  reason: string;
  code: string;
  message: string;
  /** Its whole size; `frame` is its beginning, at most {@link MOST_REFUSED_BYTES}. */
  bytes: number;
  frame: Uint8Array;
};

/** What came from the dispatcher, beside the jobs themselves. */
export type Inflow = {
  /** Keeps a message, and forgets the oldest of too many. @throws AosError JOURNAL_WRITE_FAILED */
  keep(message: RefusedRecord): Promise<void>;
  /** How many there were, kept or not. @throws AosError JOURNAL_UNREADABLE */
  refused(): number;
  /** When the newest jobs came, at most `most` and none before `since` (Unix ms), oldest first. @throws AosError JOURNAL_UNREADABLE */
  arrivals(since: number, most: number): number[];
  /**
   * The jobs that came since then (Unix ms) by the minute of their arrival, oldest first; only the newest `most` jobs are
   * looked at.
   * @throws AosError JOURNAL_UNREADABLE
   */
  minutes(since: number, most: number): MinuteOfJobs[];
  /** Whether the newest job was signed, and by whom; null: there is no job. @throws AosError JOURNAL_UNREADABLE */
  newestSigner(): {signer: string | null} | null;
};

/** Every function is synchronous; `keep` runs inside a transaction. */
function inflowTable(database: Database) {
  const add = database.prepare(
    'INSERT OR REPLACE INTO refused (n, at, reason, code, message, bytes, frame) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const forget = database.prepare(`DELETE FROM refused WHERE n <= ? - ${MOST_REFUSED}`);
  const last = database.prepare('SELECT max(n) AS n FROM refused');
  const newest = database.prepare('SELECT received_at FROM jobs ORDER BY seq DESC LIMIT ?');
  const newestPast = database.prepare('SELECT received_at FROM past ORDER BY seq DESC LIMIT ?');
  const signer = database.prepare('SELECT signer FROM jobs ORDER BY seq DESC LIMIT 1');
  const pastOne = database.prepare('SELECT * FROM past ORDER BY seq DESC LIMIT 1');

  return {
    keep({n, at, reason, code, message, bytes, frame}: RefusedRecord): void {
      add.run(n, at, reason, code, message, bytes, frame);
      forget.run(n);
    },
    refused(): number {
      const row = last.get();
      return row === undefined || row['n'] === null ? 0 : numberOf(row, 'n');
    },
    arrivals(since: number, most: number): number[] {
      const whole = newest.all(most);
      return [...whole, ...newestPast.all(most - whole.length)]
        .map((row) => numberOf(row, 'received_at'))
        .filter((at) => at >= since)
        .sort((a, b) => a - b);
    },
    newestSigner(): {signer: string | null} | null {
      const row = signer.get();
      if (row === undefined) {
        const past = pastOne.get();
        return past === undefined ? null : {signer: pastOf(past).packed.signer};
      }
      return {signer: row['signer'] === null ? null : textOf(row, 'signer')};
    },
  };
}

/**
 * What came from the dispatcher, over the tables of an open file.
 * @param run.change runs a change in a transaction; `read` reports a damaged file
 */
export function inflowOf(
  database: Database,
  run: {change: <T>(work: () => T) => Promise<T>; read: <T>(read: () => T) => T},
): Inflow {
  const table = inflowTable(database);
  const minutes = jobMinutes(database);
  return {
    keep: (message) => run.change(() => table.keep(message)),
    refused: () => run.read(() => table.refused()),
    arrivals: (since, most) => run.read(() => table.arrivals(since, most)),
    minutes: (since, most) => run.read(() => minutes(since, most)),
    newestSigner: () => run.read(() => table.newestSigner()),
  };
}

/** Reads the kept messages, the newest first. Every function is synchronous. */
export function refusedReads(database: Database) {
  const list = database.prepare('SELECT * FROM refused ORDER BY n DESC LIMIT ?');
  const one = database.prepare('SELECT * FROM refused WHERE n = ?');
  const kept = database.prepare('SELECT count(*) AS n, coalesce(max(n), 0) AS total FROM refused');
  return {
    list: (limit: number): RefusedRecord[] => list.all(limit).map(refusedOf),
    one(n: number): RefusedRecord | undefined {
      const row = one.get(n);
      return row === undefined ? undefined : refusedOf(row);
    },
    count(): {total: number; kept: number} {
      const row = kept.get();
      return row === undefined
        ? {total: 0, kept: 0}
        : {total: numberOf(row, 'total'), kept: numberOf(row, 'n')};
    },
  };
}

function refusedOf(row: Row): RefusedRecord {
  const {frame} = row;
  return {
    n: numberOf(row, 'n'),
    at: numberOf(row, 'at'),
    reason: textOf(row, 'reason'),
    code: textOf(row, 'code'),
    message: textOf(row, 'message'),
    bytes: numberOf(row, 'bytes'),
    frame: frame instanceof Uint8Array ? frame : Buffer.from(textOf(row, 'frame')),
  };
}
