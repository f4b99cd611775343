import type {Config} from '../../config/config.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {NodeJournal} from '../../node/journal/sqlite.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import {createChecks} from './checks.ts';
import {openProofChecks, type OpenProofChecks} from './proof-checks.ts';
import {createSecondChecks} from './second-checks.ts';

/** All that judges the answers of a run. */
export type OpenChecks = Pick<OpenProofChecks, 'proofEngine' | 'takeOver'> & {list: readonly AnswerCheck[]};

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
  const proofs = openProofChecks(config, deps);
  onOpen(() => proofs.close());
  const second = await createSecondChecks(config, journal);
  onOpen(() => second.close());
  const attestations = createChecks(config, deps);
  onOpen(() => attestations.close());
  return {
    // The answer itself first: a comparison with a second worker is only for what is valid.
    list: [...proofs.list, ...attestations.list, ...second.checks],
    proofEngine: proofs.proofEngine,
    takeOver: (next) => proofs.takeOver(next),
  };
}
