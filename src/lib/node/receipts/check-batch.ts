import type {Reading} from '../../protocol/clock/readings.ts';
import type {Check, Checked} from '../../protocol/receipt/check/check.ts';
import {checkChain} from '../../protocol/receipt/check/clock-links.ts';
import type {Link} from '../../protocol/receipt/links.ts';
import type {JobEvidence, Parties} from '../../protocol/receipt/receipt.ts';

/** Jobs to check, or readings of the clock. */
export type CheckBatch = {
  jobs: readonly {evidence: JobEvidence; parties: Parties}[];
  readings: readonly Reading[];
};

export type CheckedBatch = {jobs: Pick<Checked, 'links' | 'ask' | 'stranger'>[]; chain: Link | null};

/** Checks a batch, on whatever thread it is. */
export function checkBatch(check: Check, {jobs, readings}: CheckBatch): CheckedBatch {
  return {
    jobs: jobs.map(({evidence, parties}) => {
      const {links, ask, stranger} = check(evidence, parties);
      return {links, ask, stranger};
    }),
    chain: readings.length === 0 ? null : checkChain(readings, null, null),
  };
}
