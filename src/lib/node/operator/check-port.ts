import type {ErrorCode} from '../../foundation/errors/table.ts';
import type {JsonObject} from '../../protocol/wire/json.ts';
import type {JobKey, WorkerKind} from '../../protocol/wire/messages.ts';
import type {WorkerAnswer} from '../../protocol/wire/worker-answers.ts';
import type {HeldThen} from '../events/job-states.ts';
import type {CheckFacts, CheckName, KeptProof} from '../journal/verdicts.ts';

/** What a check decides by whether it looks at the answers of a job: known before the first answer. */
export type CheckedJob = {
  key: JobKey;
  kind: WorkerKind;
  model: string;
};

/** An answer that is on disk and not yet the content of its job. Times are Unix ms. */
export type AnswerToCheck = CheckedJob & {
  /** Number of the job in the journal. */
  seq: number;
  /** Of the request that it answers: the same answer has the same id when it is checked again after a restart. */
  requestId: string;
  prompt: string;
  /** `job.params`, lossless. */
  params: JsonObject;
  /** The body of the callback, or of the reply, as it came. */
  body: string;
  /** The same, read. */
  said: WorkerAnswer;
  /** URL of the worker that it was asked of; null: not known any more. */
  workerUrl: string | null;
  /** When its request was put, and when the answer came. */
  askedAt: number;
  receivedAt: number;
};

/**
 * What a check says of an answer. `message`: one line for people, safe and cut; `facts`: what it was decided by, for
 * `aos job show` and a receipt: small texts by name in camelCase, outside words in them as they came. `proof`: what it was decided
 * by, for a receipt.
 */
export type CheckVerdict = {message: string; facts?: CheckFacts; proof?: KeptProof} & (
  | {verdict: 'ok'}
  /** Nothing was found out, and the answer is delivered: never to be shown as ok. */
  | {verdict: 'not_checked'; code: ErrorCode}
  /** It is not delivered unless the operator releases it. */
  | {verdict: 'held'; code: ErrorCode; then: HeldThen}
  /** It is no answer: its request counts as failed, and the job is asked again while it has attempts. */
  | {verdict: 'refused'; code: ErrorCode}
);

/** The checks of a run. Another configuration may replace them while it works. */
export type RunChecks = {
  now(): readonly AnswerCheck[];
  /** Calls `heard` after each replacement. */
  onChange(heard: () => void): void;
};

/** Checks that stay the same for the whole run. */
export function fixedChecks(list: readonly AnswerCheck[]): RunChecks {
  return {now: () => list, onChange: () => undefined};
}

/** Judges answers of one kind of worker before they are delivered, beside the steps of the jobs. */
export type AnswerCheck = {
  /** In the journal with each verdict. */
  readonly name: CheckName;
  readonly kind: WorkerKind;
  /** How many answers it takes at once; more wait in the journal. */
  readonly atOnce: number;
  /** It also judges answers without an attestation that can be read. Such an answer is none for any other check. */
  readonly takesUnattested?: boolean;
  /**
   * Finds out whether it could judge any answer; no answer waits for it.
   * @throws AosError what keeps it from that; or the signal's reason
   */
  readonly ready?: (signal: AbortSignal) => Promise<void>;
  /** Whether it looks at the answers of this job. Pure, quick, and the same after a restart with this configuration. */
  wants(job: CheckedJob): boolean;
  /**
   * @param signal ends it: the run is over, and the answer is checked again at the next start
   * @throws AosError what kept it from a verdict: the answer is held with that code and checked again later
   */
  check(answer: AnswerToCheck, signal: AbortSignal): Promise<CheckVerdict>;
};
