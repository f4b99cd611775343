import {createHash} from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {markFile} from './commit-mark.ts';
import type {Damage} from './damage.ts';
import {logFile} from './examine.ts';
import {syncDirectory, syncFile} from './files.ts';

/** Damaged logs that are kept, the newest. */
const MOST_KEPT = 3;
const CHUNK_BYTES = 1024 * 1024;

/**
 * The error that refuses a damaged journal: it names this damage by an id, so that a person can accept it and no other, and
 * the copy of its log. The copy is made once, however often a start is refused.
 * @param keep whether a copy is made; a reader makes none
 */
export function damageError(path: string, damage: Damage, keep: boolean): AosError {
  const id = damageId(path);
  const kept = keep ? keepLog(path, id) : {text: '', copy: null};
  return new AosError('JOURNAL_DAMAGED', `${path}: ${damage.message}${kept.text}`, {
    next: nextStep(path, damage, id),
    details: {damage: id, copy: kept.copy},
  });
}

/** Names what the files are like: the same damage has the same id at each start. */
export function damageId(path: string): string {
  const hash = createHash('sha256');
  for (const name of [markFile(path), logFile(path)]) {
    hash.update(existsSync(name) ? 'a file' : 'no file');
    if (existsSync(name)) eachChunk(name, (bytes) => hash.update(bytes));
  }
  return hash.digest('hex').slice(0, 12);
}

function nextStep(path: string, {isReadable}: Damage, id: string): NextStep {
  if (isReadable)
    return run(
      'run',
      ['--accept-damaged-journal', id],
      'Put back what is missing, if you moved a file. Else work on with what is left: open jobs without an answer are given up, and jobs that are lost are answered if they come again; to do so',
    );
  const dir = shellWord(dirname(path));
  return say(
    `Put back what is missing, or restore a backup of the directory. Without one, begin anew: mkdir ${dir}/damaged && mv ${dir}/${basename(path)}* ${dir}/damaged/. No job of before is known then: open ones are lost, and one that comes again is answered again.`,
  );
}

/** Copies the log beside the journal: 0600, whole or not at all. */
function keepLog(path: string, id: string): {text: string; copy: string | null} {
  const from = logFile(path);
  if (!existsSync(from) || statSync(from).size === 0) return {text: '', copy: null};
  const copy = `${path}.damaged-${id}-wal`;
  try {
    if (!existsSync(copy)) {
      dropOld(path);
      copyPrivately(from, copy);
    }
    return {text: `; its log is kept as ${copy}`, copy};
  } catch (error) {
    // The log itself stays as it is: the start is refused all the same.
    return {text: `; its log could not be copied: ${errorText(error)}`, copy: null};
  }
}

/** Copies a file, as a clone where the file system can: 0600, on the disk, under its name only when it is whole. */
function copyPrivately(from: string, to: string): void {
  const unfinished = `${to}.tmp`;
  rmSync(unfinished, {force: true});
  try {
    copyFileSync(from, unfinished, constants.COPYFILE_FICLONE);
    chmodSync(unfinished, 0o600);
    syncFile(unfinished);
    renameSync(unfinished, to);
    syncDirectory(dirname(to));
  } catch (error) {
    rmSync(unfinished, {force: true});
    throw error;
  }
}

function dropOld(path: string): void {
  const start = `${basename(path)}.damaged-`;
  const kept = readdirSync(dirname(path))
    .filter((name) => name.startsWith(start))
    .map((name) => join(dirname(path), name))
    .map((name) => ({name, at: statSync(name).mtimeMs}))
    .sort((one, other) => other.at - one.at);
  for (const {name} of kept.slice(MOST_KEPT - 1)) rmSync(name, {force: true});
}

function eachChunk(path: string, use: (bytes: Buffer) => void): void {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let length = readSync(file, bytes); length > 0; length = readSync(file, bytes))
      use(bytes.subarray(0, length));
  } finally {
    closeSync(file);
  }
}
