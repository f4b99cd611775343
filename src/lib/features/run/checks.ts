import type {Config} from '../../config/config.ts';
import {readTeeRoot} from '../../config/tee-root.ts';
import type {Time} from '../../foundation/time/time.ts';
import {attestationThreadUrl, createAttestationThread} from '../../node/attestation-thread/client.ts';
import type {SeenMarks} from '../../node/journal/seen.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import {createAttestationCheck} from './attestation-check.ts';

/** What judges answers before they are delivered. */
export type Checks = {readonly list: readonly AnswerCheck[]; close(): Promise<void>};

/**
 * The checks that the configuration wants; several of one kind run in this order.
 * @throws AosError TEE_ROOT_INVALID
 */
export function createChecks(config: Config, deps: {journal: SeenMarks; time: Time}): Checks {
  const attestations = attestationChecks(config, deps);
  return {
    list: [...attestations.list],
    close: () => attestations.close(),
  };
}

function attestationChecks({workers}: Config, {journal, time}: {journal: SeenMarks; time: Time}): Checks {
  const attestation = workers.kinds.tee?.attestation;
  if (attestation === undefined) return {list: [], close: () => Promise.resolve()};
  const {rootFile} = attestation;
  const root = rootFile === null ? null : readTeeRoot(rootFile, 'workers.tee.root');
  const thread = createAttestationThread({threadUrl: attestationThreadUrl(), time});
  const check = createAttestationCheck({attestation, root, thread, claim: journal.claim});
  return {list: [check], close: () => thread.close()};
}
