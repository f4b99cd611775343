import {closeSync, existsSync, openSync, readSync, realpathSync, statSync} from 'node:fs';
import {errorText} from '../../foundation/errors/error.ts';
import {decodeMark, markedReading, readMark, type MarkedReading} from './commit-mark.ts';
import {judge, promised, type Damage} from './damage.ts';
import type {Database, SqliteDriver} from './driver.ts';
import {isDamaged, readFailure} from './failure.ts';
import {numberOf, textOf} from './rows.ts';
import {walkLog, type Log} from './wal-format.ts';

/** The files of a journal, before it is opened. */
export type Examined = {
  damage: Damage | null;
  /** The newest clock reading; null: there is none, or the journal is damaged. */
  reading: MarkedReading | null;
};

const NOTHING: Examined = {damage: null, reading: null};
/** Where the log of a database is: SQLite names it after the file itself, not after a link to that. */
export function logFile(path: string): string {
  return `${existsSync(path) ? realpathSync(path) : path}-wal`;
}

/**
 * Looks for damage in the files of a journal and changes nothing. The database file itself is not opened but by SQLite:
 * to close it would drop the locks that this process holds on it (POSIX).
 * @param boot the present boot of the machine
 * @throws AosError JOURNAL_UNREADABLE; the system's error
 */
export function examineJournal(driver: SqliteDriver, path: string, boot: string): Examined {
  const mark = decodeMark(readMark(path));
  const point = promised({mark, boot});
  const log = readLog(path, point?.log.frames ?? 0);
  const databaseBytes = sizeOf(path);
  if (databaseBytes === null && log.state === 'empty' && mark === null) return NOTHING;
  const seen: {newest: MarkedReading | null} = {newest: null};
  const readingFrom = (from: number): MarkedReading | null =>
    readOnly(driver, path, (database) => {
      seen.newest = reading(database, 'SELECT n, hash FROM readings ORDER BY n DESC LIMIT 1');
      return reading(database, `SELECT n, hash FROM readings WHERE n >= ${from} ORDER BY n LIMIT 1`);
    });
  const damage = withUnreadable(path, () => {
    const found = judge({databaseBytes, log, mark, boot, readingFrom});
    // Where the mark names no reading, none was looked for.
    const isRead = point !== null && point.reading !== null;
    if (found === null && !isRead && databaseBytes !== null && databaseBytes > 0) readingFrom(0);
    return found;
  });
  return {damage, reading: damage === null ? seen.newest : null};
}

/** The same for a database that has no mark: its log and its size. @throws the system's error */
export function examineLog(path: string): Damage | null {
  const log = readLog(path, 0);
  return judge({databaseBytes: sizeOf(path), log, mark: null, boot: '', readingFrom: () => null});
}

function readLog(path: string, at: number): Log {
  const name = logFile(path);
  const size = sizeOf(name);
  if (size === null) return {state: 'empty'};
  const file = openSync(name, 'r');
  try {
    const read = (offset: number, length: number): Buffer => {
      const bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    };
    return walkLog(read, size, at);
  } finally {
    closeSync(file);
  }
}

function sizeOf(path: string): number | null {
  return statSync(path, {throwIfNoEntry: false})?.size ?? null;
}

/** A connection that only reads leaves a damaged log as it is. */
function readOnly<T>(driver: SqliteDriver, path: string, read: (database: Database) => T): T {
  const database = driver.open(path, {readOnly: true});
  try {
    database.exec('PRAGMA busy_timeout = 1000');
    return read(database);
  } finally {
    database.close();
  }
}

function reading(database: Database, sql: string): MarkedReading | null {
  // A new journal whose process was killed before it had its tables.
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'readings'").get() === undefined)
    return null;
  const row = database.prepare(sql).get();
  return row === undefined ? null : markedReading({n: numberOf(row, 'n'), hash: textOf(row, 'hash')});
}

/** What SQLite finds to be damaged when it reads is damage, too. */
function withUnreadable(path: string, look: () => Damage | null): Damage | null {
  try {
    return look();
  } catch (error) {
    if (!isDamaged(error)) throw readFailure(error, path);
    return {message: `SQLite cannot read it: ${errorText(error)}`, isReadable: false};
  }
}
