import {isDeepStrictEqual} from 'node:util';
import type {Config, KnownGood, ProofChecks} from '../../config/config.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Journal} from '../../node/journal/journal.ts';
import type {AnswerCheck} from '../../node/operator/check-port.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {fetchProof} from '../../peers/zk/fetch-proof.ts';
import {createProofThread, proofThreadUrl} from '../../peers/zk/proof-thread.ts';
import {createProofCheck, createProofJudge, proofEngineOf, type JudgeProof} from './proof-check.ts';
import {createProofMemory} from './proof-memory.ts';
import {requireModels} from './require-models.ts';

/** What the answers of zkml jobs go through before they are delivered. */
export type OpenProofChecks = {
  /** Of the configuration that holds now; none where no model has its files. */
  now(): readonly AnswerCheck[];
  /** What says true or false in the place of a zkml worker. */
  readonly proofEngine: ProofEngine;
  /** Proofs are checked as this configuration says from now on; what is under way ends as it began. */
  takeOver(config: Config): void;
  close(): Promise<void>;
};

type Deps = {journal: Pick<Journal, 'recall' | 'remember'>; time: Time};

/** How proofs are checked by one configuration; null: they are not. */
type Checking = {proofs: ProofChecks; judge: JudgeProof; check: AnswerCheck};

/** The checks that a configuration asks for; their thread starts with their first proof. */
export function openProofChecks(config: Config, {journal, time}: Deps): OpenProofChecks {
  const thread = createProofThread({threadUrl: proofThreadUrl(), time});
  const memory = createProofMemory(journal);
  let knownGood = knownGoodOf(config);

  function checkingOf({workers}: Config): Checking | null {
    const {proofs} = workers.kinds.zkml ?? {};
    if (proofs === undefined || proofs.verify === 'worker' || proofs.models.size === 0) return null;
    const {allowPrivate} = proofs;
    const fetch = (url: string, signal: AbortSignal): Promise<Uint8Array> =>
      fetchProof(url, {allowPrivate}, signal);
    const judge = createProofJudge({proofs, thread, fetch});
    const ready = (signal: AbortSignal): Promise<void> => requireModels(proofs, thread, signal);
    const check = createProofCheck({proofs, knownGood: () => knownGood, judge, ready, memory});
    return {proofs, judge, check};
  }

  let now = checkingOf(config);
  return {
    now: () => (now === null ? [] : [now.check]),
    proofEngine: proofEngineOf(() => now),
    takeOver(next) {
      knownGood = knownGoodOf(next);
      // A check remembers which models the engine has said true to, as long as it is about the same files.
      if (now !== null && isDeepStrictEqual(now.proofs, next.workers.kinds.zkml?.proofs)) return;
      now = checkingOf(next);
    },
    close: () => thread.close(),
  };
}

function knownGoodOf({workers}: Config): KnownGood | null {
  return workers.kinds.zkml?.knownGood ?? null;
}
