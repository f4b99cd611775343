import type {WorkerKind} from '../wire/messages.ts';
import type {ReceiptProof} from './receipt.ts';

/** What there is of a worker's answer, for the checker of its kind. */
export type KindEvidence = {
  kind: WorkerKind;
  jobId: string;
  model: string;
  prompt: string;
  /** `job_result.result` as the operator signed it. */
  result: string;
  /** `job.params.proof_path` of a zkml job. */
  proofPath: string | null;
  /** What the worker sent, byte for byte: the body of its callback, or of its reply. */
  body: Uint8Array;
  /** What it was checked by; null: it is not kept. */
  proof: ReceiptProof | null;
  /** When the worker was asked and when it answered, Unix ms; no signature covers them. */
  askedAt: number | null;
  answeredAt: number | null;
};

/** What the checker of a kind says of a proof or an attestation. */
export type KindVerdict =
  | {verdict: 'valid'; why: string | null}
  | {verdict: 'broken'; why: string}
  | {verdict: 'not_checked'; why: string};

/** Checks what a kind of worker shows with its answer. It may start a thread; it never throws for what it is given. */
export type KindCheck = (evidence: KindEvidence, signal: AbortSignal) => Promise<KindVerdict>;

/** The checkers that there are; a kind without one is `not_checked`. */
export type KindChecks = Readonly<Partial<Record<WorkerKind, KindCheck>>>;
