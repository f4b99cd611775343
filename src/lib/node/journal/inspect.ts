import {statSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {verifyReadings} from '../../protocol/clock/readings.ts';
import {pickDriver, type Database, type SqliteDriver} from './driver.ts';
import {readFailure} from './failure.ts';
import {readingOf, textOf} from './rows.ts';
import {prepareSchema} from './schema.ts';
import {JOURNAL_FILE} from './sqlite.ts';

/** What a check of the journal’s file finds. */
export type JournalInspection = {
  path: string;
  bytes: number;
  /** Damage that SQLite reports; null: the file is too large to check while a person waits. */
  damage: readonly string[] | null;
  /** The last readings of the clock, how many, and whether they are one unbroken chain. */
  readings: {read: number; last: number; unbroken: boolean};
};

/** SQLite reads some 500 MB a second, and nothing else happens meanwhile. */
const MAX_CHECKED_BYTES = 256 * 1024 * 1024;
const MOST_READINGS = 1_000;
const MOST_COMPLAINTS = 5;

/** @throws AosError JOURNAL_UNREADABLE | JOURNAL_DRIVER */
export function inspectJournal(dir: string, driver: SqliteDriver = pickDriver()): JournalInspection {
  const path = join(dir, JOURNAL_FILE);
  let database: Database | undefined;
  try {
    const {size} = statSync(path);
    database = driver.open(path, {readOnly: true});
    database.exec('PRAGMA busy_timeout = 1000');
    prepareSchema(database, {path, readOnly: true});
    const readings = database
      .prepare(`SELECT * FROM (SELECT * FROM readings ORDER BY n DESC LIMIT ${MOST_READINGS}) ORDER BY n`)
      .all()
      .map(readingOf);
    return {
      path,
      bytes: size,
      damage: size > MAX_CHECKED_BYTES ? null : complaints(database),
      readings: {
        read: readings.length,
        last: readings.at(-1)?.n ?? 0,
        unbroken: verifyReadings(readings).ok,
      },
    };
  } catch (error) {
    throw readFailure(error, path);
  } finally {
    database?.close();
  }
}

function complaints(database: Database): string[] {
  return database
    .prepare(`PRAGMA quick_check(${MOST_COMPLAINTS})`)
    .all()
    .map((row) => textOf(row, 'quick_check'))
    .filter((line) => line !== 'ok');
}

/** The SQLite that would be used here: the binding and its version. @throws AosError JOURNAL_DRIVER */
export function sqliteVersion(driver: SqliteDriver = pickDriver()): {binding: string; version: string} {
  let database: Database | undefined;
  try {
    database = driver.open(':memory:', {readOnly: false});
    const row = database.prepare('SELECT sqlite_version() AS version').get();
    return {binding: driver.name, version: row === undefined ? '?' : textOf(row, 'version')};
  } catch (error) {
    throw new AosError('JOURNAL_DRIVER', `${driver.name} does not work`, {cause: error});
  } finally {
    database?.close();
  }
}
