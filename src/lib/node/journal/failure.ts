import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';

const SQLITE_FULL = 13;

/** SQLite's primary result codes (sqlite.org/rescode.html) that mean the file or the disk, not the statement. */
const STORAGE_CODES: ReadonlySet<number> = new Set([
  3, // PERM
  4, // ABORT: an earlier statement of the transaction was rolled back
  5, // BUSY
  6, // LOCKED
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  SQLITE_FULL,
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
]);

/** The primary result code of an error that came from SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  if (
    typeof error !== 'object' ||
    error === null ||
    !('errcode' in error) ||
    typeof error.errcode !== 'number'
  )
    return undefined;
  // The low byte is the primary code; the rest says which kind of it.
  return error.errcode & 0xff;
}

/** SQLite's codes for a file that is damaged, and for one that is no database. */
const DAMAGED = [11, 26];

/** True when SQLite finds the file itself damaged. */
export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && DAMAGED.includes(code);
}

/** True when the disk or the file refused: another statement would fare no better. */
export function isStorageFailure(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && STORAGE_CODES.has(code);
}

/** True when the disk is full: as SQLite says it, or the system. */
function isFull(error: unknown): boolean {
  if (sqliteCode(error) === SQLITE_FULL) return true;
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

/** What a failed write is to the caller: JOURNAL_WRITE_FAILED when the disk refused, BUG when our statement was wrong. */
export function writeFailure(error: unknown): AosError {
  if (isAosError(error)) return error;
  const text = errorText(error);
  if (isStorageFailure(error))
    return new AosError('JOURNAL_WRITE_FAILED', `the journal refused a write: ${text}`, {cause: error});
  return new AosError('BUG', `the journal could not take a change: ${text}`, {cause: error});
}

/** What a failed read is to the caller. */
export function readFailure(error: unknown, path: string): AosError {
  if (isAosError(error)) return error;
  // Opening writes too. A full disk damages nothing, so moving the journal away would lose its jobs for nothing.
  const next = isFull(error) ? say('Free disk space; the journal itself is not damaged.') : undefined;
  return new AosError('JOURNAL_UNREADABLE', `${path}: ${errorText(error)}`, {
    cause: error,
    ...(next === undefined ? {} : {next}),
  });
}
