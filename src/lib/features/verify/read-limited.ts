import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {AosError} from '../../foundation/errors/error.ts';
import {openFailure} from '../../foundation/system/unfit-file.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

const CHUNK = 64 * 1024;

/**
 * Reads a file or a pipe, at most so many bytes of it.
 * @param path absolute; `-` is stdin
 * @throws AosError VERIFY_FILE_UNREADABLE
 */
export function readLimited(path: string, most: number): Buffer {
  const failed = (error: unknown): AosError => {
    const {why, next} = openFailure(path, error);
    return new AosError('VERIFY_FILE_UNREADABLE', `${safeText(path)} ${why}`, {
      cause: error,
      ...(next === null ? {} : {next}),
    });
  };
  let handle: number;
  try {
    handle = path === '-' ? 0 : openSync(path, 'r');
  } catch (error) {
    throw failed(error);
  }
  try {
    if (fstatSync(handle).isDirectory())
      throw new AosError('VERIFY_FILE_UNREADABLE', `${safeText(path)} is a directory, not a file`);
    const parts: Buffer[] = [];
    for (let size = 0; size <= most;) {
      const part = Buffer.alloc(Math.min(CHUNK, most + 1 - size));
      const read = readSync(handle, part);
      if (read === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, read));
      size += read;
    }
  } catch (error) {
    throw error instanceof AosError ? error : failed(error);
  } finally {
    if (path !== '-') closeSync(handle);
  }
  throw new AosError('VERIFY_FILE_UNREADABLE', `${safeText(path)} has more than ${most} bytes`);
}
