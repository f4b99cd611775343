import {readInput} from '../../cli/read-input.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {openFailure} from '../../foundation/system/unfit-file.ts';
import {MOST_RECEIPT_BYTES} from '../../protocol/receipt/document.ts';

/**
 * Reads the file of a receipt, or standard input for `-`; no more of it than a receipt may have.
 * @throws AosError RECEIPT_UNREADABLE | RECEIPT_INVALID, or the signal's reason
 */
export async function readReceiptFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  const input = await readInput(path, MOST_RECEIPT_BYTES, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    const {why, next} = openFailure(path, error);
    throw new AosError('RECEIPT_UNREADABLE', `it ${why}`, next === null ? {} : {next});
  });
  switch (input.kind) {
    case 'bytes':
      return input.bytes;
    case 'directory':
      throw new AosError('RECEIPT_UNREADABLE', 'it is a directory', {next: say('Name the files in it.')});
    case 'tooLarge':
      throw new AosError(
        'RECEIPT_INVALID',
        `it has more than ${MOST_RECEIPT_BYTES} bytes, as no receipt has`,
      );
  }
}
