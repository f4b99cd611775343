import {rmSync, statfsSync, statSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {bootId} from '../../foundation/system/boot-id.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {JOB_STATES, type JobState} from '../events/job-states.ts';
import {refuseDamageBesideWriter} from './accept-damage.ts';
import {storedAge} from './age-clock.ts';
import {markCopy, readCopyMark, type CopyMark} from './copy-mark.ts';
import {sizeText} from './disk-room.ts';
import {pickDriver, type Database} from './driver.ts';
import {factNotes} from './facts.ts';
import {readFailure} from './failure.ts';
import {createPrivateFile, syncFile} from './files.ts';
import {maybeNumberOf, numberOf, stateOf, textOf} from './rows.ts';
import {prepareSchema} from './schema.ts';
import {JOURNAL_FILE} from './sqlite.ts';

/** What a copy of a journal holds. */
export type JournalCopy = {bytes: number; jobs: Readonly<Record<JobState, number>>};

const SPARE_BYTES = 64 * 2 ** 20;
const MOST_COMPLAINTS = 5;

/**
 * Copies the journal in `dir` as it is at one moment, beside the operator that writes it, and marks the copy as one. Not for the
 * process that writes: the copy takes as long as the disk needs, and nothing else happens meanwhile.
 * @param to a path where nothing is; 0600, on the disk when this returns
 * @throws AosError JOURNAL_* | BACKUP_FAILED when there is no room
 */
export async function copyJournal(
  dir: string,
  to: string,
  mark: Pick<CopyMark, 'id' | 'at'>,
): Promise<JournalCopy> {
  const path = join(dir, JOURNAL_FILE);
  const driver = pickDriver();
  const bytes = statSync(path, {throwIfNoEntry: false})?.size;
  if (bytes === undefined)
    throw new AosError('JOURNAL_MISSING', `there is no journal in ${dir}`, {
      next: run('run', [], 'Start the operator once; it makes the journal'),
    });
  needRoom(to, bytes);
  let database: Database | undefined;
  try {
    await refuseDamageBesideWriter(driver, path, {boot: bootId(), time: systemTime});
    createPrivateFile(to);
    database = driver.open(path, {readOnly: true});
    database.exec('PRAGMA busy_timeout = 5000');
    prepareSchema(database, {path, readOnly: true});
    // One statement is one moment, whatever is written meanwhile.
    database.prepare('VACUUM INTO ?').run(to);
    database.close();
    database = driver.open(to, {readOnly: false});
    const copy = {...mark, age: ageIn(database), confirmedAt: null, startedAt: null, held: []};
    markCopy(database, copy);
    const jobs = countsIn(database);
    database.close();
    database = undefined;
    syncFile(to);
    return {bytes: statSync(to).size, jobs};
  } catch (error) {
    database?.close();
    rmSync(to, {force: true});
    throw readFailure(error, path);
  }
}

/**
 * Checks a copy that came out of a backup: its schema, SQLite's own check, and that it says to be a copy.
 * @param confirmedAt writes into it that the old operator is off; undefined: it is only read
 * @throws AosError JOURNAL_UNREADABLE | BACKUP_INVALID
 */
export function checkCopy(path: string, confirmedAt?: number): {mark: CopyMark; jobs: JournalCopy['jobs']} {
  let database: Database | undefined;
  try {
    database = pickDriver().open(path, {readOnly: confirmedAt === undefined});
    // Of an older aos it is brought up to date by the first run; of a newer one it is refused.
    if (pragmaNumber(database, 'application_id') === 0)
      throw new AosError('BACKUP_INVALID', 'its journal is none of aos');
    const complaints = database
      .prepare(`PRAGMA quick_check(${MOST_COMPLAINTS})`)
      .all()
      .map((row) => textOf(row, 'quick_check'))
      .filter((line) => line !== 'ok');
    if (complaints.length > 0)
      throw new AosError('BACKUP_INVALID', `its journal is damaged: ${complaints.join('; ')}`, {
        next: say('Take another backup: this one was made of a damaged disk, or was changed.'),
      });
    const mark = readCopyMark(database);
    if (mark === null) throw new AosError('BACKUP_INVALID', 'its journal does not say that it is a copy');
    if (confirmedAt !== undefined) markCopy(database, {...mark, confirmedAt, startedAt: null});
    return {mark, jobs: countsIn(database)};
  } catch (error) {
    throw readFailure(error, path);
  } finally {
    database?.close();
  }
}

function pragmaNumber(database: Database, name: 'application_id'): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  return typeof value === 'number' ? value : 0;
}

/** How old the journal is at least: as it wrote down last, and at its newest job. */
function ageIn(database: Database): number {
  const notes = factNotes(database);
  const stored = storedAge({recall: (name) => notes.get(name)}).now();
  const row = database.prepare('SELECT max(born) AS born FROM jobs').get();
  return Math.max(stored, (row === undefined ? null : maybeNumberOf(row, 'born')) ?? 0);
}

function countsIn(database: Database): JournalCopy['jobs'] {
  const counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;
  for (const row of database.prepare('SELECT state, count(*) AS jobs FROM jobs GROUP BY state').all())
    counts[stateOf(row)] = numberOf(row, 'jobs');
  return counts;
}

function needRoom(to: string, bytes: number): void {
  const {bavail, bsize} = statfsSync(dirname(to));
  const free = bavail * bsize;
  const needed = bytes + SPARE_BYTES;
  if (free >= needed) return;
  throw new AosError(
    'BACKUP_FAILED',
    `a copy of the journal takes ${sizeText(needed)} in ${dirname(to)}, and ${sizeText(free)} are free`,
  );
}
