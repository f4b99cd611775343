import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {middle} from '../../foundation/text/cells.ts';
import type {JobReader} from '../../node/journal/job-query.ts';
import type {JobRow} from '../../node/journal/job-query-types.ts';
import type {KeptReceipt, KeptReceipts} from '../../node/evidence/kept-receipts.ts';
import {chooseJob, type JobChoice} from './show.ts';

/** A job of the journal, or the kept receipt of one that the journal has forgotten. */
export type ChosenJob = {row: JobRow; kept: null} | {row: null; kept: KeptReceipt};

/**
 * The job that is meant; where the journal knows none, a kept receipt of the whole id.
 * @throws AosError JOB_UNKNOWN | JOB_AMBIGUOUS | USAGE | RECEIPT_INVALID | RECEIPT_UNREADABLE
 */
export function chooseJobOrKept(journal: JobReader, receipts: KeptReceipts, choice: JobChoice): ChosenJob {
  try {
    return {row: chooseJob(journal, choice), kept: null};
  } catch (error) {
    if (!isAosError(error, 'JOB_UNKNOWN')) throw error;
    const [kept, ...others] = keptFor(receipts, choice);
    if (kept === undefined) throw error;
    if (others.length === 0) return {row: null, kept};
    throw new AosError(
      'JOB_AMBIGUOUS',
      `${others.length + 1} receipts of ${safeText(middle(choice.id, 66))} are kept, under several tags or positions`,
      {
        next: say('Name one of them: --tag TAG --position POSITION'),
        details: {files: [kept, ...others].map(({path}) => ({path}))},
      },
    );
  }
}

/** One flag alone is enough: the other is then empty, as both are of most jobs. */
function keptFor(receipts: KeptReceipts, {id, tag, position}: JobChoice): KeptReceipt[] {
  if (tag === undefined && position === undefined) return receipts.find({jobId: id});
  return receipts.find({jobId: id, tag: tag ?? '', position: position ?? ''});
}
