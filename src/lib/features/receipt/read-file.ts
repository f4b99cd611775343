import {readInput} from '../../cli/read-input.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {MOST_RECEIPT_BYTES} from '../../protocol/receipt/document.ts';

/**
 * Reads the file of a receipt, or standard input for `-`; no more of it than a receipt may have.
 * @throws AosError RECEIPT_UNREADABLE | RECEIPT_INVALID, or the signal's reason
 */
export async function readReceiptFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  const input = await readInput(path, MOST_RECEIPT_BYTES, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new AosError('RECEIPT_UNREADABLE', safeText(errorText(error)));
  });
  switch (input.kind) {
    case 'bytes':
      return input.bytes;
    case 'directory':
      throw new AosError('RECEIPT_UNREADABLE', 'it is a directory');
    case 'tooLarge':
      throw new AosError(
        'RECEIPT_INVALID',
        `it has more than ${MOST_RECEIPT_BYTES} bytes, as no receipt has`,
      );
  }
}
