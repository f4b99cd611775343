import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {createPrivateFile} from '../journal/files.ts';
import type {Database, SqliteDriver} from '../journal/driver.ts';
import {sqliteCode} from '../journal/failure.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {forgetHolder, processLives, readHolder, writeHolder, type Holder} from './holder.ts';
import type {LockNames} from './identity.ts';

/** The lock of an identity, held in several directories at once. */
export type IdentityLock = {
  /** Directories that hold it; none: nothing keeps a second operator out. */
  readonly dirs: readonly string[];
  /** Why directories do not hold it. */
  readonly unusable: readonly string[];
  /** Says to a later start that this operator stops, and finishes its jobs for at most so long. */
  stopping(graceMs: number): void;
  /** The kernel does it when the process dies, however it dies. */
  release(): void;
};

/** Taken, or who has it; `holder` is null when that is not known. */
export type Taking = {lock: IdentityLock} | {holder: Holder | null};

const SQLITE_BUSY = 5;

/**
 * Takes the lock of an identity in every directory that can hold it, or in none when another process has it in one.
 * @param holder what is said of this process
 */
export function takeIdentity(options: {
  driver: SqliteDriver;
  names: LockNames;
  dirs: readonly string[];
  holder: Holder;
}): Taking {
  const {driver, names, dirs, holder} = options;
  const held: {dir: string; databases: Database[]}[] = [];
  const unusable: string[] = [];
  const release = (): void => {
    for (const {databases} of held.splice(0)) for (const database of databases) database.close();
  };
  for (const dir of dirs) {
    const taken = takeIn(driver, dir, names);
    if ('databases' in taken) held.push({dir, databases: taken.databases});
    else if ('error' in taken) unusable.push(`${dir}: ${errorText(taken.error)}`);
    else {
      release();
      return {holder: holderOf(dir, taken.busy)};
    }
  }
  const words = held.flatMap(({dir}) =>
    [...names.shared, ...names.exclusive].map((name) => join(dir, `${name}.${holder.pid ?? 0}.json`)),
  );
  const say = (now: Holder): void => words.forEach((path) => writeHolder(path, now));
  say(holder);
  return {
    lock: {
      dirs: held.map(({dir}) => dir),
      unusable,
      stopping: (graceMs) => say({...holder, stoppingMs: graceMs}),
      release() {
        words.forEach(forgetHolder);
        release();
      },
    },
  };
}

/** All locks of one directory, the name that another process has, or why the directory cannot hold any. */
function takeIn(
  driver: SqliteDriver,
  dir: string,
  {shared, exclusive}: LockNames,
): {databases: Database[]} | {busy: string} | {error: unknown} {
  const databases: Database[] = [];
  const wanted = [
    ...shared.map((name) => ({name, begin: 'BEGIN; SELECT count(*) FROM sqlite_schema'})),
    ...exclusive.map((name) => ({name, begin: 'BEGIN EXCLUSIVE'})),
  ];
  for (const {name, begin} of wanted) {
    try {
      const path = join(dir, `${name}.lock`);
      createPrivateFile(path);
      const database = driver.open(path, {readOnly: false});
      databases.push(database);
      database.exec(`PRAGMA busy_timeout = 0; ${begin}`);
    } catch (error) {
      for (const database of databases) database.close();
      return sqliteCode(error) === SQLITE_BUSY ? {busy: name} : {error};
    }
  }
  return {databases};
}

/** The process that has a lock, or one of those who share it; words of processes that have ended are swept away. */
function holderOf(dir: string, name: string): Holder | null {
  const found: Holder[] = [];
  for (const path of wordsOf(dir, name)) {
    const holder = readHolder(path, processLives);
    if (holder === null) forgetHolder(path);
    else found.push(holder);
  }
  // Words of another container may be left of one that has ended.
  return found.find(({elsewhere}) => elsewhere !== true) ?? found[0] ?? null;
}

function wordsOf(dir: string, name: string): string[] {
  try {
    return readdirSync(dir)
      .filter((file) => file.startsWith(`${name}.`) && file.endsWith('.json'))
      .map((file) => join(dir, file));
  } catch {
    return []; // not readable: the lock alone keeps others out
  }
}
