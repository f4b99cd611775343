import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';

/** Keeps receipts of jobs before the journal packs them (node/evidence). */
export type EvidencePort = {
  /** @returns how many were written @throws AosError EVIDENCE_UNWRITABLE */
  keep(seqs: readonly number[]): Promise<number>;
  /** Deletes the oldest of what is too much. @returns how many before their time @throws AosError EVIDENCE_UNWRITABLE */
  drop(): Promise<number>;
};

/** The receipts of one call are written within a second; the disk of another machine that is away answers never. */
const LIMIT_MS = 60_000;

/**
 * An evidence directory that the journal waits for no longer than {@link LIMIT_MS}. While a call hangs it is not called again: each
 * call that hangs holds one of the few threads by which the journal gets to its own disk.
 */
export function limitedEvidence(evidence: EvidencePort, time: Pick<Time, 'after'>): EvidencePort {
  let isBusy = false;

  function within(work: () => Promise<number>): Promise<number> {
    return new Promise((resolve, reject) => {
      if (isBusy) {
        reject(hangs());
        return;
      }
      isBusy = true;
      const cancel = time.after(LIMIT_MS, () => reject(hangs()));
      const over = (): void => {
        isBusy = false;
        cancel();
      };
      work().finally(over).then(resolve, reject);
    });
  }

  return {keep: (seqs) => within(() => evidence.keep(seqs)), drop: () => within(() => evidence.drop())};
}

function hangs(): AosError {
  return new AosError(
    'EVIDENCE_UNWRITABLE',
    `the disk of the evidence directory does not answer within ${duration(LIMIT_MS)}`,
    {
      next: say(
        'See why the disk of node.evidence_dir hangs: mount, df. Without receipts: node.evidence_mib: 0.',
      ),
    },
  );
}
