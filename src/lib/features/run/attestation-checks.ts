import {isDeepStrictEqual} from 'node:util';
import type {Config, TeeAttestation} from '../../config/config.ts';
import {readTeeRoot, type TeeRoot} from '../../config/tee-root.ts';
import type {Time} from '../../foundation/time/time.ts';
import {attestationThreadUrl, createAttestationThread} from '../../node/attestation-thread/client.ts';
import type {SeenMarks} from '../../node/journal/seen.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import {createAttestationCheck} from './attestation-check.ts';

/** What the answers of tee workers go through before they are delivered. */
export type AttestationChecks = {
  /** Of the configuration that holds now; none without tee workers. */
  now(): readonly AnswerCheck[];
  /**
   * Attestations are checked as this configuration says from now on, by the root as its file is now.
   * @throws AosError TEE_ROOT_INVALID: nothing has changed
   */
  takeOver(config: Pick<Config, 'workers'>): void;
  close(): Promise<void>;
};

type Checking = {attestation: TeeAttestation; root: TeeRoot | null; check: AnswerCheck};

/**
 * The checks that the configuration wants; their thread starts with their first document.
 * @throws AosError TEE_ROOT_INVALID
 */
export function openAttestationChecks(
  config: Pick<Config, 'workers'>,
  {journal, time}: {journal: SeenMarks; time: Time},
): AttestationChecks {
  const thread = createAttestationThread({threadUrl: attestationThreadUrl(), time});

  function checkingOf({workers}: Pick<Config, 'workers'>, before: Checking | null): Checking | null {
    const attestation = workers.kinds.tee?.attestation;
    if (attestation === undefined) return null;
    const {rootFile} = attestation;
    const root = rootFile === null ? null : readTeeRoot(rootFile, 'workers.tee.root');
    if (isDeepStrictEqual([before?.attestation, before?.root], [attestation, root])) return before;
    const check = createAttestationCheck({attestation, root, thread, claim: journal.claim});
    return {attestation, root, check};
  }

  let now = checkingOf(config, null);
  return {
    now: () => (now === null ? [] : [now.check]),
    takeOver(next) {
      now = checkingOf(next, now);
    },
    close: () => thread.close(),
  };
}
