import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {bootId} from '../../foundation/system/boot-id.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {refuseDamage, refuseDamageBesideWriter} from './accept-damage.ts';
import {markCommits, type CommitMarks} from './commit-marks.ts';
import type {Database, SqliteDriver} from './driver.ts';
import {readFailure} from './failure.ts';
import {createPrivateFile} from './files.ts';
import {giveUpUnsure, type AcceptedDamage} from './give-up-unsure.ts';
import {createLogEmptying, type LogEmptying} from './log-emptying.ts';
import type {LogCopier, OpenLogCopier} from './log-copier.ts';
import {prepareSchema} from './schema.ts';
import {BUSY_TIMEOUT_MS, openWal, type Wal} from './wal.ts';

/** The file of a journal, checked, and how it is written; `writer` is null when it is only looked at. */
export type Opened = {
  database: Database;
  path: string;
  writer: {wal: Wal; marks: CommitMarks; damage: AcceptedDamage | null; log: CopiedLog | null} | null;
  /** Closes all of it, in order; the copier of the log is closed before. */
  close(): void;
};

/** From so many pages in the log on SQLite copies it by itself: the default of `wal_autocheckpoint`. */
const SQLITE_FULL_FRAMES = 1_000;

/** A log that is copied into the file beside the event loop. */
export type CopiedLog = {emptying: LogEmptying; close(): Promise<void>};

export type DatabaseOptions = {
  /** What copies the log into the file beside the event loop [SQLite, in its commits]. */
  openLogCopier?: OpenLogCopier | undefined;
  /** By which writes wait for one another and are tried again, and the journal grows older [the machine's]. */
  time?: Time | undefined;
  /** The id of damage that is accepted: what is left is used, and open jobs without an answer are given up. */
  acceptDamage?: string | undefined;
  /** The present boot of the machine [the machine's]. */
  boot?: string | undefined;
};

/**
 * Opens the journal's file for writing; its lock is held.
 * @throws AosError JOURNAL_DAMAGED | JOURNAL_UNREADABLE | STATE_DIR_UNWRITABLE
 */
export function openDatabase(
  driver: SqliteDriver,
  path: string,
  {time = systemTime, acceptDamage, boot = bootId(), openLogCopier}: DatabaseOptions,
): Opened {
  let database: Database | undefined;
  let wal: Wal | undefined;
  let marks: CommitMarks | undefined;
  const close = (): void => {
    wal?.close();
    database?.close();
    marks?.close();
  };
  try {
    const {reading, accepted} = refuseDamage(driver, path, {boot, accept: acceptDamage ?? null});
    createPrivateFile(path);
    database = connect(driver, path, false);
    // Of use in a file that is made now: its free pages can be given back.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    wal = openWal(database, path);
    const isNew = prepareSchema(database, {path, readOnly: false, now: time.now()});
    const damage = accepted === null ? null : {...accepted, givenUp: giveUpUnsure(database, time.now())};
    // On the disk before the mark says so.
    if (isNew || accepted !== null) wal.settle();
    marks = markCommits(path, {boot, reading, time});
    const log =
      openLogCopier === undefined ? null : copiedLog(database, marks, openLogCopier(path, driver.name));
    return {database, path, writer: {wal, marks, damage, log}, close};
  } catch (error) {
    close();
    throw readFailure(error, path);
  }
}

function copiedLog(database: Database, marks: CommitMarks, copier: LogCopier): CopiedLog {
  const leaveToSqlite = (frames: number): void => database.exec(`PRAGMA wal_autocheckpoint = ${frames}`);
  leaveToSqlite(0);
  const giveBack = (): void => leaveToSqlite(SQLITE_FULL_FRAMES);
  const emptying = createLogEmptying({
    frames: marks.frames,
    copy: (empties) => copier.copy(empties),
    giveBack,
  });
  return {emptying, close: () => copier.close()};
}

/**
 * Opens the journal's file for reading, beside the process that writes it.
 * @throws AosError JOURNAL_DAMAGED | JOURNAL_UNREADABLE
 */
export async function openToRead(
  driver: SqliteDriver,
  path: string,
  {time = systemTime, boot = bootId()}: DatabaseOptions,
): Promise<Opened> {
  let database: Database | undefined;
  try {
    await refuseDamageBesideWriter(driver, path, {boot, time});
    if (!existsSync(path))
      throw new AosError('JOURNAL_UNREADABLE', `there is no journal in ${dirname(path)}`, {
        next: run('run', [], 'Start the operator once; it makes the journal'),
      });
    database = connect(driver, path, true);
    prepareSchema(database, {path, readOnly: true});
    const opened = database;
    return {database, path, writer: null, close: () => opened.close()};
  } catch (error) {
    database?.close();
    throw readFailure(error, path);
  }
}

function connect(driver: SqliteDriver, path: string, readOnly: boolean): Database {
  const database = driver.open(path, {readOnly});
  try {
    // fullfsync matters on macOS only: its fsync does not reach the disk.
    database.exec(
      `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON`,
    );
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
