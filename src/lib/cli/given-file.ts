import {AosError} from '../foundation/errors/error.ts';
import {notAFile, openFailure, type Unfit} from '../foundation/system/unfit-file.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {readInput} from './read-input.ts';

/**
 * Reads a file or a pipe that the command line names.
 * @param path absolute; `-` is standard input
 * @param most bytes; what is longer is refused, and not read to its end
 * @throws AosError INPUT_UNREADABLE, or the signal's reason
 */
export async function readGivenFile(path: string, most: number, signal: AbortSignal): Promise<Buffer> {
  const input = await readInput(path, most, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreadable(path, openFailure(path, error), error);
  });
  switch (input.kind) {
    case 'bytes':
      return input.bytes;
    case 'directory':
      throw unreadable(path, notAFile(path, input.stat) ?? {why: 'is a directory, not a file', next: null});
    case 'tooLarge':
      throw unreadable(path, {why: `has more than ${most} bytes`, next: null});
  }
}

function unreadable(path: string, {why, next}: Unfit, cause?: unknown): AosError {
  const name = path === '-' ? 'standard input' : safeText(path, 500);
  return new AosError('INPUT_UNREADABLE', `${name} ${why}`, {cause, ...(next === null ? {} : {next})});
}
