import {isAosError} from '../../foundation/errors/error.ts';
import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';
import type {KeptReceipt, KeptReceipts} from '../../node/evidence/kept-receipts.ts';
import {broken, notHere, type Link} from '../../protocol/receipt/links.ts';

/** What the evidence directory has of a packed job. `flaw`: its file is there, and is no receipt of that job. */
export type KeptOfJob = {kept: KeptReceipt | null; flaw: Link | null};

const NOTHING: KeptOfJob = {kept: null, flaw: null};

/** @throws AosError RECEIPT_UNREADABLE for a directory that cannot be read */
export function keptOf(receipts: KeptReceipts, {key, packed}: JobDetailRecord): KeptOfJob {
  if (packed === null) return NOTHING;
  try {
    const kept = receipts.find(key).at(-1);
    return kept === undefined ? NOTHING : {kept, flaw: null};
  } catch (error) {
    if (isAosError(error, 'RECEIPT_INVALID'))
      return {kept: null, flaw: broken('dispatcher', `its kept receipt is none: ${error.message}`)};
    if (isAosError(error, 'RECEIPT_UNREADABLE') && error.details['isFile'] === true)
      return {kept: null, flaw: notHere('dispatcher', `its kept receipt cannot be read: ${error.message}`)};
    throw error;
  }
}

/** The links of a job with the flaw of its kept receipt in place of what the journal has no more. */
export function withFlaw(links: readonly Link[], flaw: Link | null): readonly Link[] {
  return flaw === null ? links : links.map((link) => (link.link === flaw.link ? flaw : link));
}
