import {statSync} from 'node:fs';
import {join} from 'node:path';
import {pickDriver, type Database, type SqliteDriver} from './driver.ts';
import {sqliteCode} from './failure.ts';
import {LOCK_FILE, SQLITE_BUSY} from './lock.ts';
import {JOURNAL_FILE} from './sqlite.ts';

/** Whether a process works with a journal, as its files say. */
export type Holding = {
  /** `unknown`: the lock could not be looked at. */
  lock: 'held' | 'free' | 'unknown';
  /** When the journal was last written, Unix ms; null: there is none, or it cannot be looked at. */
  lastWriteAt: number | null;
};

/**
 * Looks whether a process holds the journal in `dir`, and when it last wrote. Makes and changes no file. Not for the process
 * that holds it: closing a file drops its own locks (POSIX).
 */
export function readHolding(dir: string, driver?: SqliteDriver): Holding {
  return {lock: lockState(join(dir, LOCK_FILE), driver), lastWriteAt: lastWriteAt(dir)};
}

function lockState(path: string, driver?: SqliteDriver): Holding['lock'] {
  let database: Database | undefined;
  try {
    if (statSync(path, {throwIfNoEntry: false}) === undefined) return 'free';
    database = (driver ?? pickDriver()).open(path, {readOnly: true});
    database.exec('PRAGMA busy_timeout = 0; BEGIN; SELECT count(*) FROM sqlite_schema; COMMIT');
    return 'free';
  } catch (error) {
    return sqliteCode(error) === SQLITE_BUSY ? 'held' : 'unknown';
  } finally {
    database?.close();
  }
}

function lastWriteAt(dir: string): number | null {
  const times = [JOURNAL_FILE, `${JOURNAL_FILE}-wal`].flatMap((name) => {
    try {
      const stat = statSync(join(dir, name), {throwIfNoEntry: false});
      return stat === undefined ? [] : [stat.mtimeMs];
    } catch {
      return []; // the directory cannot be entered
    }
  });
  return times.length === 0 ? null : Math.round(Math.max(...times));
}
