import {closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {MOST_RECEIPT_BYTES, readReceipt} from '../../protocol/receipt/document.ts';
import type {Receipt} from '../../protocol/receipt/receipt.ts';
import {parseEnvelope} from '../../protocol/wire/envelope.ts';
import {isJsonObject} from '../../protocol/wire/json.ts';
import type {JobKey} from '../../protocol/wire/messages.ts';
import {idPart, keyPart, readName} from './names.ts';

/** A receipt out of an evidence directory. */
export type KeptReceipt = {path: string; text: string; receipt: Receipt};

/** Reads an evidence directory. Every function is synchronous. */
export type KeptReceipts = {
  /**
   * The receipts of a job id, or of one job of it; none where there is no directory.
   * @throws AosError RECEIPT_INVALID | RECEIPT_UNREADABLE for a file that is no receipt of that job
   */
  find(job: {jobId: string} | JobKey): KeptReceipt[];
};

/** The directory is looked into at the first use. @param dir null: it is not known where it is */
export function keptReceipts(dir: string | null): KeptReceipts {
  let names: readonly string[] | null = null;
  return {
    find(job) {
      if (dir === null) return [];
      names ??= namesIn(dir);
      const begin = 'tag' in job ? `${keyPart(job)}-` : idPart(job.jobId);
      // One that has been deleted meanwhile is too old.
      return at(names, begin).flatMap((name) => read(join(dir, name), job.jobId) ?? []);
    },
  };
}

/** Whether a receipt of a job is there, by its name; one that cannot be looked for is not. @param dir null: it is not known where */
export function isReceiptKept(dir: string | null, key: JobKey): boolean {
  if (dir === null) return false;
  try {
    return at(namesIn(dir), `${keyPart(key)}-`).length > 0;
  } catch (error) {
    if (isAosError(error)) return false;
    throw error;
  }
}

/** How many receipts there are, and their bytes; null: there is no directory. @throws the system's error */
export function evidenceSize(dir: string): {files: number; bytes: number} | null {
  if (statSync(dir, {throwIfNoEntry: false}) === undefined) return null;
  const names = namesIn(dir);
  const sizes = names.map((name) => statSync(join(dir, name), {throwIfNoEntry: false})?.size ?? 0);
  return {files: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0)};
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => readName(name) !== null)
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new AosError('RECEIPT_UNREADABLE', `${safeText(dir)}: ${safeText(errorText(error))}`);
  }
}

/** Those of sorted names that begin so. */
function at(names: readonly string[], begin: string): string[] {
  let from = 0;
  for (let to = names.length; from < to;) {
    const middle = (from + to) >> 1;
    if ((names[middle] ?? '') < begin) from = middle + 1;
    else to = middle;
  }
  const found: string[] = [];
  for (let n = from; names[n]?.startsWith(begin) === true; n += 1) found.push(names[n] ?? '');
  return found;
}

/** @returns null: there is no such file */
function read(path: string, jobId: string): KeptReceipt | null {
  const packed = packedIn(path);
  if (packed === null) return null;
  let bytes: Buffer;
  try {
    bytes = gunzipSync(packed, {maxOutputLength: MOST_RECEIPT_BYTES});
  } catch (error) {
    throw invalid(path, safeText(errorText(error)));
  }
  const receipt = receiptIn(path, bytes);
  if (jobIdIn(receipt) !== jobId) throw invalid(path, 'it is the receipt of another job than its name says');
  return {path, text: bytes.toString(), receipt};
}

/** Only the operator writes there, and it writes files: what is behind a link, a pipe or a device is not read. */
function packedIn(path: string): Buffer | null {
  let file: number | null = null;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = fstatSync(file);
    if (!stat.isFile()) throw invalid(path, 'it is no file');
    if (stat.size > MOST_RECEIPT_BYTES) throw invalid(path, 'it is larger than any receipt');
    return readFileSync(file);
  } catch (error) {
    if (error instanceof AosError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENXIO') throw invalid(path, 'it is no file');
    throw new AosError('RECEIPT_UNREADABLE', `${safeText(path)}: ${safeText(errorText(error))}`, {
      details: {isFile: true},
    });
  } finally {
    if (file !== null) closeSync(file);
  }
}

function receiptIn(path: string, bytes: Uint8Array): Receipt {
  try {
    return readReceipt(bytes);
  } catch (error) {
    if (isAosError(error)) throw invalid(path, error.message);
    throw error;
  }
}

function invalid(path: string, why: string): AosError {
  return new AosError('RECEIPT_INVALID', `${safeText(path)}: ${why}`, {
    next: say('Move that file away: then what the journal has left of the job is used.'),
  });
}

function jobIdIn({result}: Receipt): string | null {
  try {
    const {params} = parseEnvelope(result);
    const element = Array.isArray(params) ? params[0] : undefined;
    const jobId = isJsonObject(element) ? element.get('job_id') : undefined;
    return typeof jobId === 'string' ? jobId : null;
  } catch (error) {
    if (isAosError(error)) return null;
    throw error;
  }
}
