import type {ErrorCode} from '../../foundation/errors/table.ts';
import type {HeldThen} from '../events/job-states.ts';

/** The checks of answers, by name (docs/adr/0056-the-held-answer.md). */
export const CHECK_NAMES = ['proof', 'attestation', 'second'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** What a verdict was decided by: small texts by name in camelCase, outside words in them as they came. */
export type CheckFacts = Readonly<Record<string, string>>;

/**
 * What one check said of an answer; `code` is one of the error table (of the version that judged it), null where nothing was
 * wrong.
 */
export type CheckResult = {
  check: CheckName;
  verdict: 'ok' | 'not_checked' | 'held' | 'refused';
  code: string | null;
  message: string;
  facts: CheckFacts;
};

/** A proof as it was judged: its file deflated, and the SHA-256 of the files it was judged by, in hex; null where none is used. */
export type KeptProof = {
  deflated: Uint8Array;
  vkSha256: string;
  settingsSha256: string | null;
  srsSha256: string | null;
};

/** What all checks of an answer came to: the words of the result that decided. */
export type Judgement = {
  code: ErrorCode | null;
  message: string;
  results: readonly CheckResult[];
  /** Kept with the answer, for its receipt. */
  proof?: KeptProof;
} & ({verdict: 'ok' | 'not_checked' | 'refused'} | {verdict: 'held'; then: HeldThen});

/**
 * Where an answer is that took the way of checks: not judged yet; held; the content of its job after its checks; or that
 * by the word of the operator.
 */
export const CHECK_STATES = ['checking', 'held', 'ok', 'not_checked', 'released'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** An answer that took the way of checks, as it is shown. Times are Unix ms. */
export type CheckedAnswer = {
  state: CheckState;
  /** When it came, and when it was judged last; null: not yet. */
  at: number;
  judgedAt: number | null;
  code: string | null;
  message: string | null;
  /** Of one that is held. */
  then: HeldThen | null;
  results: readonly CheckResult[];
};

/** An answer that is to be checked, or is held. Times are Unix ms. */
export type WaitingAnswer = {
  requestId: string;
  seq: number;
  /** The body of the callback, or of the reply, as it came. */
  body: string;
  at: number;
  askedAt: number;
  /** URL of the worker that took the request; null: not known. */
  workerUrl: string | null;
  /** Which request of the job it answers, from 1; null: not known. */
  attempt: number | null;
  /** Why it is held; null: it is not judged yet. */
  code: string | null;
  message: string | null;
};

/** An answer that is to be checked: for the first time, or again (`isHeld`). `n`: its number in the journal. */
export type DueCheck = {n: number; requestId: string; kind: string; isHeld: boolean};

/** What became of a judgement. */
export type Judged =
  /** It is the content of its job now; `concluded`: the jobs that have their answer by it, its own first. */
  | {state: 'taken'; concluded: readonly number[]}
  | {state: 'held'}
  | {state: 'refused'; why: string}
  /** The job has its answer already, or the answer waits for no judgement. */
  | {state: 'over'};

/** What became of the wish to release an answer. */
export type Released =
  | {state: 'released'; concluded: readonly number[]}
  /** The job has its answer. */
  | {state: 'answered'}
  /** Another answer is held now than the one that was shown. */
  | {state: 'other'}
  | {state: 'none'};

/**
 * The held answer that a person was shown: which attempt it answers (0: not known), and when it came, Unix ms. Another one may take
 * its place meanwhile.
 */
export type ShownAnswer = {attempt: number; at: number};

/** Held answers of jobs that still wait for one: how many, and the jobs of the first hundred. `seq`, `code` and `message` are of the last. */
export type HeldFacts = {
  count: number;
  oldestAt: number;
  first: readonly number[];
  seq: number;
  code: string;
  message: string;
};
