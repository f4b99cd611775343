import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Journal} from '../../node/journal/journal.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {fetchProof} from '../../peers/zk/fetch-proof.ts';
import {createProofThread, proofThreadUrl} from '../../peers/zk/proof-thread.ts';
import {createProofCheck, createProofJudge} from './proof-check.ts';
import {createProofMemory} from './proof-memory.ts';

/** What the answers of jobs go through before they are delivered, in order. */
export type OpenProofChecks = {
  readonly list: readonly AnswerCheck[];
  /** What says true or false in the place of a zkml worker; undefined: no model has its files. */
  readonly proofEngine: ProofEngine | undefined;
  close(): Promise<void>;
};

type Deps = {journal: Pick<Journal, 'recall' | 'remember'>; time: Time};

/** The checks that a configuration asks for; their threads start with their first answers. */
export function openProofChecks(config: Config, {journal, time}: Deps): OpenProofChecks {
  const {proofs, knownGood = null} = config.workers.kinds.zkml ?? {};
  if (proofs === undefined || proofs.verify === 'worker' || proofs.models.size === 0)
    return {list: [], proofEngine: undefined, close: () => Promise.resolve()};
  const thread = createProofThread({threadUrl: proofThreadUrl(), time});
  const {allowPrivate} = proofs;
  const fetch = (url: string, signal: AbortSignal): Promise<Uint8Array> =>
    fetchProof(url, {allowPrivate}, signal);
  const judge = createProofJudge({proofs, thread, fetch});
  return {
    list: [createProofCheck({proofs, knownGood, judge, memory: createProofMemory(journal)})],
    proofEngine: {
      async wordOf({model, proofPath}, signal) {
        const {word, fault} = await judge(model, proofPath, signal);
        if (word !== null) return word;
        throw new AosError(fault?.code ?? 'PROOF_ENGINE_FAILED', fault?.message ?? 'it says nothing');
      },
    },
    close: () => thread.close(),
  };
}
