import {openPrivateOutput, refuseOutput} from '../../cli/private-output.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {middle} from '../../foundation/text/cells.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {JobRow} from '../../node/journal/job-query-types.ts';
import {evidenceOf, receiptOf, type EvidenceFacts} from '../../node/evidence/job-evidence.ts';
import {MOST_RECEIPT_BYTES, writeReceipt} from '../../protocol/receipt/document.ts';
import {keptReceipts} from '../../node/evidence/kept-receipts.ts';
import {chooseJobOrKept} from './forgotten.ts';
import type {OpenedJobs} from './journal.ts';
import type {JobChoice} from './show.ts';

/** The receipt of a job, written; `seq` null: the journal has forgotten the job. */
export type MadeReceipt = {seq: number | null; jobId: string; text: string};

/** A receipt in a file, or (`path` null) the receipt itself. */
export type ReceiptWritten = {
  path: string | null;
  seq: number | null;
  jobId: string;
  /** Of the file, or of the document as it is without `--json`. */
  bytes: number;
  /** The document; null: it is in the file. */
  receipt: Record<string, unknown> | null;
};

/** `chain.vrf_sort_precision` where the configuration does not say another. */
const PRECISION = 6;

/**
 * Makes the receipt of a job from the journal, which is only read; of a job that is packed or forgotten it is the one that was
 * kept.
 * @throws AosError JOB_UNKNOWN | JOB_AMBIGUOUS | RECEIPT_* | JOURNAL_* | CONFIG_*
 */
export function jobReceipt(opened: OpenedJobs, choice: JobChoice): MadeReceipt {
  const {journal} = opened;
  const receipts = keptReceipts(opened.config.evidence?.dir ?? null);
  const {row, kept} = chooseJobOrKept(journal, receipts, choice);
  if (row === null) return {seq: null, jobId: choice.id, text: kept.text};
  const record = journal.record(row.seq);
  if (record === undefined)
    throw new AosError('JOB_UNKNOWN', `job #${row.seq} was cleaned up in this moment`);
  const stored = record.packed === null ? undefined : receipts.find(row.key).at(-1);
  if (stored !== undefined) return {seq: row.seq, jobId: row.key.jobId, text: stored.text};
  const receipt = receiptOf(evidenceOf(record, journal, evidenceFacts(opened, row)));
  if (receipt === null) throw none(row);
  const text = writeReceipt(receipt);
  if (Buffer.byteLength(text) > MOST_RECEIPT_BYTES)
    throw none(row, `its message is too large for a receipt of at most ${MOST_RECEIPT_BYTES} bytes`);
  return {seq: row.seq, jobId: row.key.jobId, text};
}

/** Whose journal it is: as the configuration says. @throws AosError the one of the configuration */
export function evidenceFacts({config}: OpenedJobs, row: Pick<JobRow, 'seq'>): EvidenceFacts {
  const {nodeId, vrfSortPrecision} = config;
  if (nodeId === null)
    throw (
      config.error ??
      new AosError('USAGE', `no configuration says whose job #${row.seq} is`, {
        next: run('job receipt', [`#${row.seq}`], 'Name the configuration of the node with -c FILE'),
      })
    );
  return {nodeId, precision: vrfSortPrecision ?? PRECISION};
}

function none({seq, key, state}: JobRow, why = whyNone(state)): AosError {
  return new AosError('RECEIPT_NONE', `job #${seq} ${safeText(middle(key.jobId, 80))}: ${why}`, {
    next: run('job show', [`#${seq}`]),
    details: {seq, jobId: key.jobId, state},
  });
}

function whyNone(state: JobRow['state']): string {
  if (state === 'unanswered' || state === 'expired')
    return `it is ${state}: no result of it was signed, or none is kept`;
  if (state === 'accepted') return 'its result was too large to be kept after the evidence period';
  return `it is ${state}: its result is not signed yet`;
}

/** Writes a receipt into a file of mode 0600 that is there whole or not at all. @throws AosError OUT_* */
export function writeReceiptFile(
  {text, seq, jobId}: MadeReceipt,
  {path, force}: {path: string; force: boolean},
): ReceiptWritten {
  refuseOutput(path, force);
  const output = openPrivateOutput(path, {force});
  try {
    output.write(text);
    output.commit();
    return {path: output.path, seq, jobId, bytes: Buffer.byteLength(text), receipt: null};
  } finally {
    output.abort();
  }
}

/** The receipt as an answer; its text is the document. */
export function receiptShown({text, seq, jobId}: MadeReceipt): ReceiptWritten {
  const receipt = JSON.parse(text) as Record<string, unknown>;
  return {path: null, seq, jobId, bytes: Buffer.byteLength(text), receipt};
}

export function receiptWritten({path, jobId, bytes}: ReceiptWritten): string {
  return `receipt of job ${safeText(middle(jobId, 80))}: ${safeText(path ?? '')}, ${bytes} bytes`;
}
