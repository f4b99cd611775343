import {closeSync, fdatasync, fdatasyncSync, fstatSync, openSync, realpathSync} from 'node:fs';
import type {Database} from './driver.ts';

/** The write-ahead log of an open database, and how it gets to the disk. */
export type Wal = {
  /** Resolves when everything committed before the call is on disk; rejects with the system's error. */
  sync(): Promise<void>;
  /**
   * Copies the log into the database file, syncs that file and empties the log, so that nothing a failed sync left in the
   * log is read later. Does not wait for readers.
   * @throws SQLite's own error, the system's, or ReaderInTheWay
   */
  checkpoint(): void;
  /** Brings everything to the disk at once: into the file, or, beside a reader, in the log. @throws as `checkpoint` */
  settle(): void;
  /** Must not be used any more. */
  close(): void;
};

/** How long a statement waits for another process. */
export const BUSY_TIMEOUT_MS = 5_000;

/**
 * Puts a database into WAL mode, in which a commit writes the log and leaves it to {@link Wal.sync} to bring it to the disk
 * (synchronous=NORMAL; SQLite itself still syncs at a checkpoint and when the log begins anew, which keeps the file
 * sound: sqlite.org/wal.html). What an earlier process committed and did not live to sync is on disk afterwards.
 * Where there is no WAL (a file system without shared memory) each commit syncs by itself.
 * @throws SQLite's own error, or the system's
 * @param path of the database file
 */
export function openWal(database: Database, path: string): Wal {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal') {
    database.exec('PRAGMA synchronous = EXTRA');
    return {sync: () => Promise.resolve(), checkpoint: () => {}, settle: () => {}, close: () => {}};
  }
  database.exec('PRAGMA synchronous = NORMAL');
  // The log exists from the first read on. SQLite keeps no POSIX lock on it, so closing it drops none.
  database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
  // SQLite names it after the file itself, not after a link to that.
  const file = openSync(`${realpathSync(path)}-wal`, 'r+');
  const wal: Wal = {
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
      }),
    checkpoint() {
      database.exec('PRAGMA busy_timeout = 0');
      try {
        const row = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
        if (row?.['busy'] !== 0) throw new ReaderInTheWay();
        fdatasyncSync(file);
      } finally {
        database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      }
    },
    settle() {
      if (fstatSync(file).size > 0) emptyOrSync(wal, file);
    },
    close: () => closeSync(file),
  };
  try {
    wal.settle();
  } catch (error) {
    wal.close();
    throw error;
  }
  return wal;
}

/** What the process before left in the log may not be on the disk, and a sync may not say so (fsync tells an error once). */
function emptyOrSync(wal: Wal, file: number): void {
  try {
    wal.checkpoint();
  } catch (error) {
    if (!(error instanceof ReaderInTheWay)) throw error;
    fdatasyncSync(file);
  }
}

class ReaderInTheWay extends Error {
  override message = 'a reader keeps the log from being emptied';
}
