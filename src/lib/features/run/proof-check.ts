import type {KnownGood, ProofChecks} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {AnswerCheck, AnswerToCheck, CheckVerdict} from '../../node/operator/check-port.ts';
import type {CheckFacts, KeptProof} from '../../node/journal/verdicts.ts';
import type {ProofEngine} from '../../peers/worker/driver.ts';
import {engineDirs} from '../../peers/zk/engine-dirs.ts';
import type {ProofReport} from '../../peers/zk/messages.ts';
import type {ProofThread} from '../../peers/zk/proof-thread.ts';
import type {JsonObject} from '../../protocol/wire/json.ts';
import type {ProofMemory} from './proof-memory.ts';

export type ProofCheckDeps = {
  proofs: ProofChecks;
  /** The proof that is known to be good now; null: none is configured. */
  knownGood: () => KnownGood | null;
  judge: JudgeProof;
  /** Finds out whether proofs can be judged at all; undefined: that is not asked. */
  ready?: (signal: AbortSignal) => Promise<void>;
  memory: ProofMemory;
};

/**
 * Fetches a proof, and has it judged by the files of a model.
 * @throws AosError PROOF_*: it could not be judged; or the signal's reason
 */
export type JudgeProof = (model: string, url: string, signal: AbortSignal) => Promise<ProofReport>;

export function createProofJudge(deps: {
  proofs: ProofChecks;
  thread: Pick<ProofThread, 'judge'>;
  /** Downloads a proof. @throws AosError PROOF_URL_REFUSED | PROOF_FETCH_FAILED */
  fetch(url: string, signal: AbortSignal): Promise<Uint8Array>;
}): JudgeProof {
  const {proofs, thread, fetch} = deps;
  const dirs = engineDirs(proofs.engineDir);
  return async (model, url, signal) => {
    const files = proofs.models.get(model);
    if (files === undefined)
      throw new AosError('PROOF_MODEL_FILES', 'the model of the job is not in workers.zkml.models');
    const proof = await fetch(url, signal);
    return thread.judge({files, engineDirs: dirs, proof, signals: null}, signal);
  };
}

/**
 * What says true or false in the place of a worker.
 * @param now how proofs are checked by the configuration that holds; null: they are not
 */
export function proofEngineOf(now: () => {proofs: ProofChecks; judge: JudgeProof} | null): ProofEngine {
  return {
    judges: (model) => now()?.proofs.models.has(model) ?? false,
    async wordOf({model, proofPath}, signal) {
      const checking = now();
      if (checking === null)
        throw new AosError('PROOF_MODEL_FILES', 'workers.zkml.models names no model any more');
      const {word, fault} = await checking.judge(model, proofPath, signal);
      if (word !== null) return word;
      throw new AosError(fault?.code ?? 'PROOF_ENGINE_FAILED', fault?.message ?? 'it says nothing');
    },
  };
}

/** Faults of the proof itself: to look again later is of no use. */
const LASTING: ReadonlySet<ErrorCode> = new Set(['PROOF_MALFORMED']);
const MOST_OUTPUTS = 2_000;
/** Nearly all of the time of a check is the download, and a server may take half a minute. */
const AT_ONCE = 16;

/**
 * Checks the word of a zkml worker by the engine, for models whose files are pinned (docs/adr/0057-proofs-are-checked-here.md). A
 * word is delivered when both say it; everything else holds it.
 */
export function createProofCheck(deps: ProofCheckDeps): AnswerCheck {
  const {proofs, knownGood, judge, memory} = deps;
  /** Models of which the engine has said true to a proof: it can. */
  const proven = new Set<string>();

  /** With a wrong SRS, or without a worker that contradicts, a false counts once a true has shown that the engine can say it. */
  async function isProven(model: string, signal: AbortSignal): Promise<boolean> {
    if (proofs.verify === 'both' && proofs.models.get(model)?.srs === null) return true;
    if (proven.has(model)) return true;
    const good = knownGood();
    if (good?.model !== model) return false;
    const {word} = await judge(model, good.proofPath, signal);
    if (word === 'true') proven.add(model);
    return word === 'true';
  }

  async function check(answer: AnswerToCheck, signal: AbortSignal): Promise<CheckVerdict> {
    const report = await judge(answer.model, proofOf(answer.params), signal);
    return {...(await verdictOf(report, answer, signal)), ...keptOf(report)};
  }

  async function verdictOf(
    report: ProofReport,
    {model, said, key}: AnswerToCheck,
    signal: AbortSignal,
  ): Promise<CheckVerdict> {
    const {word, fault, mark} = report;
    const facts = factsOf(report, said.answer);
    if (fault !== null)
      return held(fault.code, fault.message, facts, LASTING.has(fault.code) ? 'wait' : 'check_again');
    if (word === 'true') proven.add(model);
    if (word !== said.answer)
      return held(
        'PROOF_DISAGREES',
        `the worker says ${safeText(said.answer, 20)}, and the engine says ${word ?? 'nothing'}`,
        facts,
        'wait',
      );
    if (word === 'false')
      return (await isProven(model, signal))
        ? {verdict: 'ok', message: 'the engine says false too', facts}
        : held('PROOF_UNPROVEN', 'the engine says false, and has said true to no proof of this model', facts);
    const owner = await memory.claim(mark ?? '', key.jobId);
    if (owner !== key.jobId && proofs.repeats === 'hold')
      return held('PROOF_REPEATED', `the proof is that of job ${safeText(owner, 80)}`, facts, 'wait');
    return {verdict: 'ok', message: 'the engine says true too', facts};
  }

  return {
    name: 'proof',
    kind: 'zkml',
    atOnce: AT_ONCE,
    ...(deps.ready === undefined ? {} : {ready: deps.ready}),
    wants: ({kind, model}) => kind === 'zkml' && proofs.verify !== 'worker' && proofs.models.has(model),
    check,
  };
}

function held(
  code: ErrorCode,
  message: string,
  facts: CheckFacts,
  then: 'wait' | 'check_again' = 'check_again',
): CheckVerdict {
  return {verdict: 'held', code, message, facts, then};
}

/** What a receipt shows of it. */
function keptOf({kept, model}: ProofReport): {proof?: KeptProof} {
  if (kept === null || model === null) return {};
  const {vkSha256, settingsSha256, srsSha256} = model;
  return {proof: {deflated: kept, vkSha256, settingsSha256, srsSha256}};
}

function proofOf(params: JsonObject): string {
  const path = params.get('proof_path');
  return typeof path === 'string' ? path : '';
}

/** What the word was decided by, for `aos job show` and a receipt. */
function factsOf({word, model, mark, outputs}: ProofReport, said: string): CheckFacts {
  const {system, ezklVersion, engineVersion, vkSha256, settingsSha256, srsSha256, notBound} = model ?? {};
  const texts: Readonly<Record<string, string | null | undefined>> = {
    workerSays: said,
    engineSays: word,
    outputs: word === 'true' ? outputs?.join(', ').slice(0, MOST_OUTPUTS) : null,
    proof: mark,
    system,
    ezklVersion,
    engineVersion,
    vkSha256,
    settingsSha256,
    srsSha256,
    notBound: word === 'true' ? notBound?.join(' ') : null,
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]): [string, string][] =>
      text === null || text === undefined ? [] : [[name, text]],
    ),
  );
}
