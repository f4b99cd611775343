import {MOST_RECEIPT_BYTES, writeReceipt} from '../../protocol/receipt/document.ts';
import type {AgeClock} from '../journal/age-clock.ts';
import type {JobDetailRecord} from '../journal/job-query-types.ts';
import type {ReadingLog} from '../journal/journal.ts';
import type {EvidenceDirectory} from './directory.ts';
import {evidenceOf, receiptOf, type EvidenceFacts} from './job-evidence.ts';

/** Keeps receipts of jobs that the journal is about to pack. */
export type EvidenceKeeper = {
  /**
   * Those of them that a worker answered and the dispatcher accepted.
   * @returns how many were written
   * @throws AosError EVIDENCE_UNWRITABLE
   */
  keep(seqs: readonly number[]): Promise<number>;
  /** Deletes the oldest of what is too much. @returns how many before their time @throws AosError EVIDENCE_UNWRITABLE */
  drop(): Promise<number>;
};

/**
 * A larger message of the dispatcher is not in the receipt that is kept: each of its jobs would have the whole of it, and
 * reading it would keep the event loop from its work.
 */
const MOST_FRAME = 256 * 1024;

/** The journal's side of it. */
type EvidenceJournal = {
  record(seq: number, mostFrame: number): JobDetailRecord | undefined;
  readings: Pick<ReadingLog, 'between'>;
  age: Pick<AgeClock, 'now'>;
};

export function createEvidenceKeeper(
  journal: EvidenceJournal,
  directory: EvidenceDirectory,
  facts: EvidenceFacts,
): EvidenceKeeper {
  const readings = {readings: journal.readings.between};
  return {
    async keep(seqs) {
      let written = 0;
      for (const seq of seqs) {
        const record = journal.record(seq, MOST_FRAME);
        if (record?.state !== 'accepted' || record.outcome !== 'answered') continue;
        const receipt = receiptOf(evidenceOf(record, readings, facts));
        if (receipt === null) continue;
        const text = writeReceipt(receipt);
        if (text.length > MOST_RECEIPT_BYTES) continue;
        await directory.add(record.key, text, journal.age.now());
        written += 1;
      }
      await directory.sync();
      return written;
    },
    drop: () => directory.drop(journal.age.now()),
  };
}
