import {readInput} from '../../cli/read-input.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {openFailure} from '../../foundation/system/unfit-file.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

/**
 * Reads a file or a pipe, at most so many bytes of it. A signal ends it also while a pipe is silent.
 * @param path absolute; `-` is stdin
 * @throws AosError VERIFY_FILE_UNREADABLE, or the signal's reason
 */
export async function readLimited(path: string, most: number, signal: AbortSignal): Promise<Buffer> {
  const input = await readInput(path, most, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    const {why, next} = openFailure(path, error);
    throw new AosError('VERIFY_FILE_UNREADABLE', `${safeText(path)} ${why}`, {
      cause: error,
      ...(next === null ? {} : {next}),
    });
  });
  switch (input.kind) {
    case 'bytes':
      return input.bytes;
    case 'directory':
      throw new AosError('VERIFY_FILE_UNREADABLE', `${safeText(path)} is a directory, not a file`);
    case 'tooLarge':
      throw new AosError('VERIFY_FILE_UNREADABLE', `${safeText(path)} has more than ${most} bytes`);
  }
}
