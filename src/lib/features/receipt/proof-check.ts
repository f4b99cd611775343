import type {ProofChecks} from '../../config/config.ts';
import {usualEngineDir} from '../../config/proof-checks.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {engineDirs, installCommand} from '../../peers/zk/engine-dirs.ts';
import type {ModelFacts, ModelFiles, ProofFault, ProofReport} from '../../peers/zk/messages.ts';
import {createProofThread, proofThreadUrl, type ProofThread} from '../../peers/zk/proof-thread.ts';
import type {KindCheck, KindVerdict} from '../../protocol/receipt/kind-check.ts';
import type {ReceiptProof} from '../../protocol/receipt/receipt.ts';
import type {ProofFiles} from './proof-files.ts';

/** By what the proofs of receipts are checked. */
export type ProofsBy = {
  /** Files that were named for all of them; null: those of the model, as the configuration has them. */
  files: ModelFiles | null;
  models: ProofChecks['models'];
  dirs: readonly string[];
  thread: Pick<ProofThread, 'judge'>;
};

const NOT_KEPT =
  'the proof is not in the receipt: aos did not check it before the answer, or did not keep it';
const NO_FILES =
  'the key and the settings of its model are not known here: name them with --vk and --settings; worker.proof of the receipt has their SHA-256';

/**
 * Checks the proof of a receipt again, by the files that the one who checks has: those that the receipt names are named by
 * nothing that is signed, so they are compared, and never looked for.
 */
export function proofKindCheck({files, models, dirs, thread}: ProofsBy): KindCheck {
  return async ({model, result, proof}, signal) => {
    if (proof === null) return notChecked(NOT_KEPT);
    const by = files ?? models.get(model);
    if (by === undefined) return notChecked(NO_FILES);
    let report: ProofReport;
    try {
      report = await thread.judge({files: by, engineDirs: dirs, proof: proof.bytes, signals: null}, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      return notChecked(error.message);
    }
    if (report.model === null) return notChecked(aboutFiles(report.fault, dirs));
    const other = otherFile(report.model, proof);
    if (other !== null)
      return notChecked(
        `the receipt has another ${other} than the one that is known here; worker.proof has its SHA-256`,
      );
    return verdictOf(report, result);
  };
}

/** The check with a thread of its own. @param config null: none */
export function openProofKindCheck(
  config: ProofChecks | null,
  {files, engineDir}: ProofFiles,
): {check: KindCheck; close: () => Promise<void>} {
  const thread = createProofThread({threadUrl: proofThreadUrl(), time: systemTime});
  const dirs = engineDirs(engineDir ?? config?.engineDir ?? usualEngineDir(process.env));
  const check = proofKindCheck({files, models: config?.models ?? new Map(), dirs, thread});
  return {check, close: () => thread.close()};
}

const notChecked = (why: string): KindVerdict => ({verdict: 'not_checked', why});

function aboutFiles(fault: ProofFault | null, [folder]: readonly string[]): string {
  const why = fault?.message ?? 'the files of the model cannot be read';
  return fault?.code === 'PROOF_ENGINE_MISSING' && folder !== undefined
    ? `${why}. Install it: ${installCommand(folder)}`
    : why;
}

function otherFile(facts: ModelFacts, named: ReceiptProof): string | null {
  if (facts.vkSha256 !== named.vkSha256) return 'key';
  if (facts.settingsSha256 !== named.settingsSha256) return 'settings file';
  return facts.srsSha256 === named.srsSha256 ? null : 'SRS';
}

function verdictOf({word, fault}: ProofReport, result: string): KindVerdict {
  if (word === null) {
    // What is no whole proof cannot be what a true answer rests on.
    const isProof = fault?.code !== 'PROOF_MALFORMED';
    if (!isProof && result === 'true') return {verdict: 'broken', why: 'it is no whole proof of its model'};
    return notChecked(isProof ? (fault?.message ?? '') : 'it is no whole proof of its model');
  }
  if (word !== result)
    return {verdict: 'broken', why: `the proof is ${word}, and the result is another word`};
  return {
    verdict: 'valid',
    why:
      word === 'true'
        ? 'the proof is true; it names no job, so it is true of every job about its model'
        : 'the proof is false, as the result says; anyone can make a false one',
  };
}
