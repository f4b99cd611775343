import {chmodSync, closeSync, fsyncSync, openSync} from 'node:fs';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {chownCommand, giveFileToOwner, isOfAnother} from '../../foundation/system/give-to-owner.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';

/**
 * Makes sure `dir` exists and is the user's alone (0700).
 * @throws AosError STATE_DIR_UNWRITABLE
 */
export function createPrivateDir(dir: string): void {
  try {
    makeDirectory(dir, 0o700);
    chmodSync(dir, 0o700);
  } catch (error) {
    throw new AosError(
      'STATE_DIR_UNWRITABLE',
      `${dir} cannot be used as state directory: ${errorText(error)}`,
      {cause: error, ...stepOf(dir)},
    );
  }
}

/**
 * Makes sure `path` exists with mode 0600; SQLite gives its -wal and -shm files the same.
 * An existing file is not opened: closing it again would drop the locks that this process holds on it (POSIX).
 * @throws AosError STATE_DIR_UNWRITABLE
 */
export function createPrivateFile(path: string): void {
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      giveFileToOwner(file, path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (!isExists(error))
      throw new AosError('STATE_DIR_UNWRITABLE', `${path} cannot be created: ${errorText(error)}`, {
        cause: error,
      });
    try {
      chmodSync(path, 0o600);
    } catch (refused) {
      throw new AosError('STATE_DIR_UNWRITABLE', `${path} is not ours: ${errorText(refused)}`, {
        cause: refused,
        ...stepOf(path),
      });
    }
  }
}

/** Writes the names in a directory to the disk. @throws the system's error */
export function syncDirectory(dir: string): void {
  syncFile(dir, 'r');
}

/** Writes a file to the disk. @throws the system's error */
export function syncFile(path: string, flags: 'r' | 'r+' = 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Another directory would hide the jobs and transactions of this one. */
function stepOf(path: string): {next?: NextStep} {
  const uid = process.getuid?.() ?? 0;
  return isOfAnother(path) ? {next: say(chownCommand(uid, [shellWord(path)]))} : {};
}

function isExists(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
