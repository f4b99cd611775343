import {randomBytes} from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {dirname} from 'node:path';
import type {ErrorCode} from '../foundation/errors/table.ts';
import {AosError, errorText} from '../foundation/errors/error.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {makeDirectory} from '../foundation/system/make-directory.ts';
import {syncDirectory} from './sync-directory.ts';
import {giveFileToOwner} from '../foundation/system/give-to-owner.ts';
import {exposure, thisReader} from '../foundation/system/secret-access.ts';
import {notAFile, openFailure, type Unfit} from '../foundation/system/unfit-file.ts';

/** Most backups that are kept of one key file. */
const MOST_BACKUPS = 1000;

/**
 * Reads a regular file that only its owner may open.
 * @param what for messages, such as `BLS keystore`
 * @param missing code when it cannot be opened or is no file
 * @throws AosError `missing` | KEY_UNSAFE | KEY_KEYSTORE_INVALID (longer than `most` bytes)
 */
export function readPrivateFile(path: string, most: number, what: string, missing: ErrorCode): Uint8Array {
  const name = safeText(path);
  const file = openForReading(path, what, missing);
  try {
    // Checks the open file, not the path, so that the file cannot be exchanged in between.
    const unfit = notAFile(path, fstatSync(file));
    if (unfit !== null) throw unfitError(unfit, {path, what, missing});
    refuseOpenMode(file, path, what);
    const bytes = readAll(file, most);
    if (bytes === null) {
      throw new AosError('KEY_KEYSTORE_INVALID', `the ${what} ${name} is longer than ${most} bytes`);
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Opens a file without blocking: a named pipe without a writer would block for ever. @throws AosError `missing` */
export function openForReading(path: string, what: string, missing: ErrorCode): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unfitError(openFailure(path, error), {path, what, missing, cause: error});
  }
}

/** A new key is offered only where there is no file. */
function unfitError(
  {why, next}: Unfit,
  {path, what, missing, cause}: {path: string; what: string; missing: ErrorCode; cause?: unknown},
): AosError {
  return new AosError(missing, `the ${what} ${safeText(path)} ${why}`, {
    ...(cause === undefined ? {} : {cause}),
    ...(next === null ? {} : {next}),
  });
}

/** @throws AosError KEY_UNSAFE when other users have access to the open file: see {@link exposure} */
export function refuseOpenMode(file: number, path: string, what: string): void {
  const open = exposure(path, fstatSync(file), thisReader());
  if (open !== null)
    throw new AosError('KEY_UNSAFE', `the ${what} ${safeText(path)} ${open.why}`, {next: open.next});
}

/** Reads the rest of an open file; null when it is longer than `most` bytes. */
export function readAll(file: number, most: number): Uint8Array | null {
  const buffer = Buffer.alloc(most + 1);
  let length = 0;
  for (;;) {
    const count = readSync(file, buffer, length, buffer.length - length, null);
    length += count;
    if (length > most) return null;
    if (count === 0) return buffer.subarray(0, length);
  }
}

export type WriteOptions = {
  force: boolean;
  /** Code when there is a file already [KEY_EXISTS]. */
  exists?: ErrorCode;
  /** Code when it cannot be written [KEY_WRITE_FAILED]. */
  failed?: ErrorCode;
};

/**
 * Writes a file of mode 0600 atomically; it is on disk when this returns. Without `force` an existing file stays; with
 * it the old file is kept as `.bak`, `.bak.1`, …, and older backups are kept too.
 * @returns path of the backup, or null when there was no file
 * @throws AosError KEY_EXISTS | KEY_WRITE_FAILED, or the codes that the options name
 */
export function writePrivateFile(
  path: string,
  text: string,
  {force, exists: taken = 'KEY_EXISTS', failed = 'KEY_WRITE_FAILED'}: WriteOptions,
): string | null {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    if (!force) refuseExisting(path, taken);
    makeDirectory(dirname(path), 0o700);
    writeNew(draft, text);
    const backup = force ? putReplacing(draft, path) : putNew(draft, path, taken);
    syncDirectory(dirname(path));
    return backup;
  } catch (error) {
    if (error instanceof AosError) throw error;
    throw new AosError(failed, `${safeText(path)} could not be written (${reason(error)})`, {
      cause: error,
    });
  } finally {
    if (exists(draft)) rmSync(draft);
  }
}

/** Refuses a taken name, before the password prompt; a dangling link counts. @throws AosError `code` [KEY_EXISTS] */
export function refuseExisting(path: string, code: ErrorCode = 'KEY_EXISTS'): void {
  if (exists(path)) throw existsError(path, code);
}

function writeNew(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    giveFileToOwner(file, path);
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Links instead of renaming: a link fails when the name is taken, a rename would overwrite another process's file. */
function putNew(draft: string, path: string, taken: ErrorCode): null {
  try {
    linkSync(draft, path);
    return null;
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? existsError(path, taken) : error;
  }
}

function putReplacing(draft: string, path: string): string | null {
  const backup = exists(path) ? keep(path) : null;
  renameSync(draft, path);
  return backup;
}

function keep(path: string): string {
  for (let number = 0; number < MOST_BACKUPS; number++) {
    const backup = number === 0 ? `${path}.bak` : `${path}.bak.${number}`;
    try {
      linkSync(path, backup);
      return backup;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  throw new AosError('KEY_WRITE_FAILED', `there are ${MOST_BACKUPS} backups of ${safeText(path)} already`);
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, {throwIfNoEntry: false}) !== undefined;
  } catch {
    return false; // a directory of the path cannot be entered: writing reports it
  }
}

function existsError(path: string, code: ErrorCode): AosError {
  return new AosError(code, `${safeText(path)} exists already`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reason(error: unknown): string {
  const code = codeOf(error);
  return code === '' ? errorText(error) : code;
}
