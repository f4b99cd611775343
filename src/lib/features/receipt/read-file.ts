import {closeSync, fstatSync, openSync, readSync} from 'node:fs';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {MOST_RECEIPT_BYTES} from '../../protocol/receipt/document.ts';

/** Bytes read at once. */
const CHUNK = 1024 * 1024;
const STDIN = 0;

/**
 * Reads the file of a receipt, or standard input for `-`; no more of it than a receipt may have.
 * @throws AosError RECEIPT_UNREADABLE | RECEIPT_INVALID
 */
export function readReceiptFile(path: string): Uint8Array {
  let file: number | null = null;
  try {
    file = path === '-' ? STDIN : openSync(path, 'r');
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new AosError('RECEIPT_UNREADABLE', 'it is a directory');
    if (stat.isFile() && stat.size > MOST_RECEIPT_BYTES) throw tooLarge();
    return readAll(file);
  } catch (error) {
    if (error instanceof AosError) throw error;
    throw new AosError('RECEIPT_UNREADABLE', safeText(errorText(error)));
  } finally {
    if (file !== null && file !== STDIN) closeSync(file);
  }
}

function readAll(file: number): Uint8Array {
  const chunks: Buffer[] = [];
  for (let total = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const read = readSync(file, chunk);
    if (read === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, read));
    total += read;
    if (total > MOST_RECEIPT_BYTES) throw tooLarge();
  }
}

function tooLarge(): AosError {
  return new AosError('RECEIPT_INVALID', `it has more than ${MOST_RECEIPT_BYTES} bytes, as no receipt has`);
}
