import {chmodSync, readdirSync, renameSync, rmSync, statfsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {count} from '../../foundation/text/words.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {Database} from './driver.ts';
import {sizeText} from './disk-room.ts';
import {createPrivateFile, syncDirectory, syncFile} from './files.ts';
import {numberOf} from './rows.ts';

/** A copy of a journal as it was before a migration. */
export type MigrationCopy = {path: string; schema: number; /** Unix ms. */ at: number};

/** Copies that are kept, the newest. */
const MOST_COPIES = 2;
/** Room for the migration itself. */
const SPARE_BYTES = 64 * 2 ** 20;
const NAME = /\.schema-(\d+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Copies a journal beside itself before it gets a new schema: 0600, on the disk, under its name only when it is whole. The
 * last {@link MOST_COPIES} stay.
 * @param now Unix ms
 * @throws AosError JOURNAL_WRITE_FAILED when there is no room; SQLite's own error
 */
export function copyBeforeMigration(database: Database, path: string, schema: number, now: number): string {
  const date = isoTime(now).slice(0, 19).replaceAll(/[-:]/g, '');
  const copy = `${path}.schema-${schema}-${date}Z`;
  const unfinished = `${copy}.tmp`;
  dropUnfinished(path);
  needRoom(database, path);
  createPrivateFile(unfinished);
  try {
    // It is consistent whatever the log holds, and also while others read; the file has to be empty.
    database.prepare('VACUUM INTO ?').run(unfinished);
    chmodSync(unfinished, 0o600);
    syncFile(unfinished);
    renameSync(unfinished, copy);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(unfinished, {force: true});
    throw error;
  }
  for (const {path: old} of copiesOf(path).slice(MOST_COPIES)) rmSync(old, {force: true});
  return copy;
}

/** The copies of a journal, the newest first. @throws the system's error */
export function copiesOf(path: string): MigrationCopy[] {
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.schema-`))
    .flatMap((name) => {
      const [, schema, ...date] = NAME.exec(name) ?? [];
      if (schema === undefined) return [];
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = date.map(Number);
      const at = Date.UTC(year, month - 1, day, hour, minute, second);
      return [{path: join(dirname(path), name), schema: Number(schema), at}];
    })
    .sort((one, other) => other.at - one.at);
}

/** Left by a process that was killed while it copied. */
function dropUnfinished(path: string): void {
  const start = `${basename(path)}.schema-`;
  for (const name of readdirSync(dirname(path)))
    if (name.startsWith(start) && name.endsWith('.tmp')) rmSync(join(dirname(path), name), {force: true});
}

function needRoom(database: Database, path: string): void {
  const row = database
    .prepare(
      'SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s',
    )
    .get();
  const needed = (row === undefined ? 0 : numberOf(row, 'bytes')) + SPARE_BYTES;
  const {bavail, bsize} = statfsSync(dirname(path));
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new AosError(
    'JOURNAL_WRITE_FAILED',
    `${path} is copied before it gets the form of this version: that takes ${sizeText(needed)}, and ${sizeText(free)} are free`,
    {next: say('Free disk space, then start again; nothing was changed.')},
  );
}

/**
 * What to do with a journal of a newer version: continue with that version, or go back to the copy from before the update.
 * @param known the newest schema of this version
 */
export function wayOn(database: Database, path: string, known: number): NextStep {
  const update = 'Update this program to the version that wrote it.';
  const copy = copiesOf(path).find(({schema}) => schema <= known);
  if (copy === undefined)
    return say(
      `${update} No copy of the journal from before the update is beside it (${basename(path)}.schema-…).`,
    );
  const name = shellWord(path);
  const newer = shellWord(`${path}.newer`);
  return say(
    `${update} Or go back to the copy of ${isoTime(copy.at)}, which cannot know ${missed(database, copy.at)}: mv ${name} ${newer}; rm -f ${name}-wal ${name}-shm; cp -p ${shellWord(copy.path)} ${name}; aos run. It then refuses the older journal, and names the flag to go on: jobs that were open in the copy are given up, since they may have been answered after it.`,
  );
}

/** Jobs that came after a copy was made. */
function missed(database: Database, since: number): string {
  try {
    const row = database.prepare('SELECT count(*) AS jobs FROM jobs WHERE received_at >= ?').get(since);
    const jobs = row === undefined ? 0 : numberOf(row, 'jobs');
    return `${count(jobs, 'job')} that came after it`;
  } catch {
    return 'the jobs that came after it'; // a table of the newer version may be another one
  }
}
