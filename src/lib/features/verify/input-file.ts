import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {AosError} from '../../foundation/errors/error.ts';
import {notAFile, openFailure, type Unfit} from '../../foundation/system/unfit-file.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

/**
 * Reads a file that someone wants to have looked at.
 * @param path absolute
 * @param most bytes; of a longer file nothing is read
 * @throws AosError INPUT_UNREADABLE
 */
export async function readInputFile(path: string, most: number): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, openFailure(path, error));
  });
  try {
    const stat = await file.stat();
    const unfit = notAFile(path, stat);
    if (unfit !== null) throw unreadable(path, unfit);
    if (stat.size > most)
      throw unreadable(path, {why: `has ${stat.size} bytes of at most ${most}`, next: null});
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function unreadable(path: string, {why, next}: Unfit): AosError {
  return new AosError('INPUT_UNREADABLE', `${safeText(path, 500)} ${why}`, next === null ? {} : {next});
}
