import type {Config, KnownGood} from '../../config/config.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Journal} from '../../node/journal/journal.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {fetchProof} from '../../peers/zk/fetch-proof.ts';
import {createProofThread, proofThreadUrl} from '../../peers/zk/proof-thread.ts';
import {createProofCheck, createProofJudge, proofEngineOf} from './proof-check.ts';
import {createProofMemory} from './proof-memory.ts';

/** What the answers of jobs go through before they are delivered, in order. */
export type OpenProofChecks = {
  readonly list: readonly AnswerCheck[];
  /** What says true or false in the place of a zkml worker; undefined: no model has its files. */
  readonly proofEngine: ProofEngine | undefined;
  /** The proof that is known to be good is that of this configuration from now on; all else is as it was at the start. */
  takeOver(config: Config): void;
  close(): Promise<void>;
};

type Deps = {journal: Pick<Journal, 'recall' | 'remember'>; time: Time};

/** The checks that a configuration asks for; their threads start with their first answers. */
export function openProofChecks(config: Config, {journal, time}: Deps): OpenProofChecks {
  const {proofs} = config.workers.kinds.zkml ?? {};
  if (proofs === undefined || proofs.verify === 'worker' || proofs.models.size === 0)
    return {list: [], proofEngine: undefined, takeOver: () => undefined, close: () => Promise.resolve()};
  let knownGood = knownGoodOf(config);
  const thread = createProofThread({threadUrl: proofThreadUrl(), time});
  const {allowPrivate} = proofs;
  const fetch = (url: string, signal: AbortSignal): Promise<Uint8Array> =>
    fetchProof(url, {allowPrivate}, signal);
  const judge = createProofJudge({proofs, thread, fetch});
  return {
    list: [createProofCheck({proofs, knownGood: () => knownGood, judge, memory: createProofMemory(journal)})],
    proofEngine: proofEngineOf(judge),
    takeOver: (next) => {
      knownGood = knownGoodOf(next);
    },
    close: () => thread.close(),
  };
}

function knownGoodOf({workers}: Config): KnownGood | null {
  return workers.kinds.zkml?.knownGood ?? null;
}
