import {readGivenFile} from '../../cli/given-file.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {installCommand} from '../../peers/zk/engine-dirs.ts';
import type {ModelFacts, ModelFiles, ProofFault, ProofReport} from '../../peers/zk/messages.ts';
import type {ProofThread} from '../../peers/zk/proof-thread.ts';

/** What was found out about one file. */
export type VerifiedProof = {
  /** As it was named. */
  file: string;
  verdict: 'true' | 'false' | 'not_checked';
  /** Why it is not checked; null: it is. */
  code: ErrorCode | null;
  message: string | null;
  /** What it states, if it is true; null: it could not be read. */
  outputs: readonly string[] | null;
  /** What makes it the same proof as another; null: it could not be read. */
  mark: string | null;
};

export type VerifyProofReport = {
  /** true → exit 0, false → 3, not_checked → 4: the worst of all files. */
  verdict: VerifiedProof['verdict'];
  proofs: readonly VerifiedProof[];
  model: Omit<ModelFacts, 'notBound'>;
  /** What a true proof says nothing about, one sentence each. */
  notBound: readonly string[];
};

export type VerifyProofOptions = {
  /** As they were named, and where they are. */
  proofs: readonly {name: string; path: string}[];
  /** public.json of snarkjs; null: none. */
  signals: string | null;
  files: ModelFiles;
  engineDirs: readonly string[];
  thread: ProofThread;
  signal: AbortSignal;
};

/** Most bytes of a file that are read: one more than a proof may have would do. */
const MOST_FILE = 2 * 1024 * 1024;

/** What keeps every proof of a model from being checked. */
const OF_THE_MODEL: ReadonlySet<ErrorCode> = new Set([
  'PROOF_ENGINE_MISSING',
  'PROOF_MODEL_FILES',
  'PROOF_VERSION_UNKNOWN',
  'PROOF_ENGINE_FAILED',
]);

/**
 * Checks proofs by hand, as the operator does it for jobs.
 * @throws AosError INPUT_UNREADABLE | PROOF_*: none of them could be checked; or the signal's reason
 */
export async function verifyProofs(options: VerifyProofOptions): Promise<VerifyProofReport> {
  const {files, engineDirs, thread, signal} = options;
  const signals = options.signals === null ? null : await readGivenFile(options.signals, MOST_FILE, signal);
  const read: {name: string; bytes: Buffer}[] = [];
  for (const {name, path} of options.proofs)
    read.push({name, bytes: await readGivenFile(path, MOST_FILE, signal)});
  const proofs: VerifiedProof[] = [];
  let model: ModelFacts | null = null;
  for (const {name, bytes} of read) {
    const report = await thread.judge({files, engineDirs, proof: bytes, signals}, signal);
    const {fault} = report;
    model ??= report.model;
    if (fault !== null && (report.model === null || OF_THE_MODEL.has(fault.code)))
      throw unchecked(fault, engineDirs);
    proofs.push(verified(name, report));
  }
  if (model === null) throw new AosError('BUG', 'no proof was checked');
  const {notBound, ...facts} = model;
  return {verdict: worstOf(proofs), proofs, model: facts, notBound};
}

function unchecked({code, message}: ProofFault, engineDirs: readonly string[]): AosError {
  const [folder] = engineDirs;
  return new AosError(code, message, {
    ...(code === 'PROOF_ENGINE_MISSING' && folder !== undefined
      ? {next: say(`Install it: ${installCommand(folder)}`)}
      : {}),
  });
}

function verified(file: string, {word, fault, outputs, mark}: ProofReport): VerifiedProof {
  return {
    file,
    verdict: word ?? 'not_checked',
    code: fault?.code ?? null,
    message: fault?.message ?? null,
    outputs,
    mark,
  };
}

function worstOf(proofs: readonly VerifiedProof[]): VerifiedProof['verdict'] {
  const has = (verdict: VerifiedProof['verdict']): boolean =>
    proofs.some((proof) => proof.verdict === verdict);
  return has('false') ? 'false' : has('not_checked') ? 'not_checked' : 'true';
}
