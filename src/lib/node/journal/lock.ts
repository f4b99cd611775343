import {truncateSync} from 'node:fs';
import {join} from 'node:path';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {Database, SqliteDriver} from './driver.ts';
import {isDamaged, readFailure, sqliteCode} from './failure.ts';
import {createPrivateFile} from './files.ts';

export const LOCK_FILE = 'owner.lock.db';
export const SQLITE_BUSY = 5;

export type Lock = {release(): void};

/**
 * Makes this process the only one that writes the journal in `dir`: an exclusive transaction on a file of its own,
 * held until {@link Lock.release}. The kernel drops it when the process dies, however it dies; readers of the journal
 * are not kept out.
 * @param file another lock than that of the journal of jobs
 * @throws AosError JOURNAL_LOCKED when another process holds it; STATE_DIR_UNWRITABLE; JOURNAL_UNREADABLE
 */
export function takeLock(driver: SqliteDriver, dir: string, file = LOCK_FILE): Lock {
  const path = join(dir, file);
  createPrivateFile(path);
  try {
    return lockFile(driver, dir, path);
  } catch (error) {
    if (!isAosError(error) || !isDamaged(error.cause)) throw error;
    // It holds nothing; and no process holds it: SQLite would have said that before.
    truncateSync(path);
    return lockFile(driver, dir, path);
  }
}

function lockFile(driver: SqliteDriver, dir: string, path: string): Lock {
  let database: Database | undefined;
  try {
    database = driver.open(path, {readOnly: false});
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (sqliteCode(error) !== SQLITE_BUSY) throw readFailure(error, path);
    throw new AosError('JOURNAL_LOCKED', `the journal in ${dir} is in use by another process`, {
      cause: error,
    });
  }
  const held = database;
  return {release: () => held.close()};
}
