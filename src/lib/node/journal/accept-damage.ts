import {statSync} from 'node:fs';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {readMark, type MarkedReading} from './commit-mark.ts';
import type {SqliteDriver} from './driver.ts';
import {examineJournal, examineLog, logFile, type Examined} from './examine.ts';
import {damageError, damageId} from './refuse-damage.ts';

/** The files as they are found before the journal is opened for writing. */
export type Found = {
  /** The newest clock reading that is left. */
  reading: MarkedReading | null;
  /** Damage that a person has accepted. */
  accepted: {id: string; message: string} | null;
};

/**
 * Refuses a damaged journal, unless `accept` is the id of this very damage.
 * @throws AosError JOURNAL_DAMAGED | JOURNAL_UNREADABLE; the system's error
 */
export function refuseDamage(
  driver: SqliteDriver,
  path: string,
  {boot, accept}: {boot: string; accept: string | null},
): Found {
  const {damage, reading} = examineJournal(driver, path, boot);
  if (damage === null) return {reading, accepted: null};
  const error = damageError(path, damage, true);
  const id = damageId(path);
  if (!damage.isReadable || accept !== id) {
    if (accept === null || accept === id) throw error;
    throw new AosError('JOURNAL_DAMAGED', `${error.message}; this is not damage ${accept}`, {
      next: error.next,
      details: error.details,
    });
  }
  return {reading: null, accepted: {id, message: damage.message}};
}

/** Looks so often at files that are perhaps written at this moment, and waits so long in between. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 100;

/**
 * The same for a process that only reads, beside the one that writes: what is found twice in files that do not change is
 * damage. Nothing is copied.
 * @throws AosError JOURNAL_DAMAGED | JOURNAL_UNREADABLE; the system's error
 */
export async function refuseDamageBesideWriter(
  driver: SqliteDriver,
  path: string,
  {boot, time}: {boot: string; time: Pick<Time, 'sleep'>},
): Promise<void> {
  let seen: string | null = null;
  for (let look = 0; look < LOOKS; look += 1) {
    const now = stamp(path);
    const {damage}: Examined = examineJournal(driver, path, boot);
    if (damage === null) return;
    if (now === seen) throw damageError(path, damage, false);
    seen = now;
    await time.sleep(LOOK_AGAIN_MS);
  }
  // It is being written: its writer has looked when it began.
}

/** The same for a reader that cannot wait. @throws AosError JOURNAL_DAMAGED | JOURNAL_UNREADABLE; the system's error */
export function refuseDamageAtOnce(driver: SqliteDriver, path: string, boot: string): void {
  const before = stamp(path);
  for (let look = 0; look < 2; look += 1) {
    const {damage} = examineJournal(driver, path, boot);
    if (damage === null || stamp(path) !== before) return;
    if (look > 0) throw damageError(path, damage, false);
  }
}

/**
 * Refuses a database without a mark that several processes may write: what is found in files that do not change is damage.
 * @throws AosError JOURNAL_DAMAGED; the system's error
 */
export function refuseDamagedLog(path: string): void {
  const before = stamp(path);
  const damage = examineLog(path);
  if (damage === null || stamp(path) !== before) return;
  throw damageError(path, {...damage, isReadable: false}, true);
}

/** Changes whenever one of the files is written. */
function stamp(path: string): string {
  const files = [path, logFile(path)].map((name) => {
    const stat = statSync(name, {bigint: true, throwIfNoEntry: false});
    return stat === undefined ? '-' : `${stat.ino} ${stat.size} ${stat.mtimeNs}`;
  });
  return [...files, readMark(path).toString('latin1')].join('\n');
}
