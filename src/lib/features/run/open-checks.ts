import type {Config} from '../../config/config.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import type {RunChecks} from '../../node/operator/check-port.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {openAttestationChecks} from './attestation-checks.ts';
import {openProofChecks} from './proof-checks.ts';
import {openSecondChecks} from './second-checks.ts';

/** All that judges the answers of a run. */
export type OpenChecks = {
  list: RunChecks;
  /** What says true or false in the place of a zkml worker. */
  proofEngine: ProofEngine;
  /**
   * Answers are checked as this configuration says from now on, all at once.
   * @throws AosError TEE_ROOT_INVALID: nothing has changed
   */
  takeOver(config: Config): void;
};

/**
 * Opens the checks that the configuration wants.
 * @param deps.onOpen gets what ends each of them, also when a later one cannot be opened
 * @throws AosError TEE_ROOT_INVALID | JOURNAL_WRITE_FAILED
 */
export async function openChecks(
  config: Config,
  deps: {journal: NodeJournal; time: Time; onOpen: (close: () => Promise<void>) => void},
): Promise<OpenChecks> {
  const {journal, onOpen} = deps;
  const listeners: (() => void)[] = [];
  const proofs = openProofChecks(config, deps);
  onOpen(() => proofs.close());
  const {proofEngine} = proofs;
  const second = await openSecondChecks(config, {journal, proofEngine});
  onOpen(() => second.close());
  const attestations = openAttestationChecks(config, deps);
  onOpen(() => attestations.close());
  return {
    list: {
      // The answer itself first: a comparison with a second worker is only for what is valid.
      now: () => [...proofs.now(), ...attestations.now(), ...second.now()],
      onChange: (heard) => void listeners.push(heard),
    },
    proofEngine,
    takeOver(next) {
      // It alone may refuse the new configuration.
      attestations.takeOver(next);
      proofs.takeOver(next);
      second.takeOver(next);
      for (const heard of listeners) heard();
    },
  };
}
