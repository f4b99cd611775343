import type {Delivery, JobRecord} from '../../journal/records.ts';
import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {Backoff} from '../../../foundation/async/backoff.ts';
import type {Received} from '../responses.ts';
import type {EarlyRequest} from './early-request.ts';

/**
 * What is done about a job, in this order: a job that no worker has to answer skips `work`. `giveUp` is for one that no
 * worker answers in time.
 */
export type Step = 'sample' | 'work' | 'giveUp' | 'deliver';

/**
 * What comes after a step: the next one, at once or after a pause; nothing but waiting for an answer that may still come;
 * or nothing more in this run.
 */
export type Next =
  | Step
  | 'listen'
  | 'done'
  | {step: Step; inMs: number}
  /** The answer is sent: `deliver` follows when its reply is here, or will not come. */
  | {step: 'deliver'; replied: Promise<unknown>};

/** A delivery that was sent, and its reply; `end` never rejects. */
export type SentDelivery = {
  delivery: Delivery;
  end: Promise<{reply: Received} | {error: unknown}>;
};

/**
 * A job in progress. Its state is in the journal, where each step leaves its mark before the next begins; this holds only
 * what a step has at hand for the one that follows at once, so that it is not read again.
 */
export type Job = {
  /** Its number in the journal. */
  readonly seq: number;
  /** Of its element, where that is known. */
  readonly bytes?: number | undefined;
  /** Where that is known. */
  readonly kind?: string | undefined;
  /** As it is in the journal now. */
  record?: JobRecord | undefined;
  /** What its frame says, checked. */
  dispatch?: DispatchJob | undefined;
  /** The request that an idle worker got while the selection was being written. */
  early?: EarlyRequest | undefined;
  /** Until when it waits for a worker's answer, on the monotonic clock. */
  answerBy?: number | undefined;
  /** Why its last request of this run failed, or was not put: safe and cut. */
  lastFailure?: string | undefined;
  /** Pauses after requests that a worker refused for what they say. */
  refusals?: Backoff | undefined;
  /** Deliveries of this run that the dispatcher did not accept; `sent`: one whose reply the job waits for elsewhere. */
  deliveries?: {attempts: number; backoff: Backoff; sent: SentDelivery | null} | undefined;
  /** Pauses while the journal cannot be read. */
  unread?: Backoff | undefined;
};

/** A job that was begun, and what is done about it: a step that it waits for or that works on it, or what it waits for. */
export type Begun = {
  readonly job: Job;
  at: Step | 'listen' | 'pause' | 'reply';
  isWorked: boolean;
  /** How many pauses it has had: one that was cut short must not end the next. */
  pause: number;
  /** How long it waits for an answer of the kind that it was last queued for, ms; null: no worker of that kind runs here. */
  deadlineMs: number | null;
  /** Its answer was stored while a step worked on it that does not wait for that. */
  isAnswered: boolean;
  /**
   * It is to be asked about again when the step that works on it ends without an answer: with a new deadline, or within the
   * one that it has.
   */
  askAgain: 'anew' | 'on' | null;
};

/** A step takes a job on from the state the journal has it in, and returns what comes next. */
export type StepOf = (job: Job) => Promise<Next>;

/** The steps; the scheduler is the only one who calls them. */
export type Steps = Readonly<Record<Step, StepOf>>;
