import type {Time} from '../../../foundation/time/time.ts';
import type {Emit} from '../../events/events.ts';
import type {CheckJournal, JobJournal} from '../../journal/journal.ts';
import type {Worker} from '../ports.ts';
import type {Job, Step, Steps} from './job.ts';

/** How busy the operator is, as the steps see it. */
export type Load = {
  /** Whether the job that is being sampled would begin at once with a worker of this kind, if the others beside it do too. */
  isIdle(kind: string): boolean;
  /** Whether an answer that is concluded now would be delivered at once. */
  deliversNow(): boolean;
  /** Whether more jobs are in progress than one that has begun and one that is about to end. */
  isCrowded(): boolean;
};

/**
 * The only driver of the steps: which jobs are in progress, and the queues they are worked from: one for sampling, one for
 * each kind of worker, one for delivery.
 */
export type Scheduler = Load & {
  /** Starts the steps, first with the jobs that the last run left unfinished. */
  start(steps: Steps): void;
  /** Takes on a job of the journal that is due for this step; it waits while there is no capacity (`maxAccepted`). */
  add(job: Job, step: Step): void;
  /**
   * Capacity for a job that is sampled before it is in the journal; null when another one waits before it, or nothing more
   * is begun.
   */
  reserve(): Reservation | null;
  /** A job that no step works on has its answer in the journal: it is delivered now. */
  answered(seq: number): void;
  /** The dispatcher has accepted the answer of a job while no step worked on it: nothing more is done about it. */
  accepted(seq: number): void;
  /**
   * A job that waits for an answer, or was left without one, is asked about again, with a new deadline; or, with `on`, within
   * the deadline that it has.
   */
  askAgain(seq: number, deadline?: 'anew' | 'on'): void;
  /** So many answers are held now: with `maxEnded`, the run may have nothing else to wait for. */
  held(count: number): void;
  /** When a job stops waiting for an answer, on the monotonic clock; null: it is not in progress. */
  answerBy(seq: number): number | null;
  /** Begins nothing more: what is in progress continues to its next mark in the journal, what is concluded is delivered. */
  stop(): void;
  /**
   * Jobs that can still end after `stop`: being sampled, asked or delivered; without delivery when `connected` is false, and
   * without answers that are to be signed when `signs` is false [true].
   */
  busy(connected: boolean, signs?: boolean): number;
};

/** Capacity for one job. */
export type Reservation = {
  /** The job, of this kind, is in the journal and due for this step. */
  claim(job: Job, step: Step, kind: string): void;
  /** There is no such job after all; harmless after `claim`. */
  release(): void;
};

export type SchedulerDeps = {
  journal: Pick<JobJournal, 'queued' | 'get'> & {checks: Pick<CheckJournal, 'stateOf'>};
  workers: readonly Pick<Worker, 'kind' | 'concurrency' | 'deadlineMs'>[];
  emit: Emit;
  time: Pick<Time, 'sleep' | 'monotonic' | 'after'>;
  /** Ends the run; failures after it are its echo. */
  signal: AbortSignal;
  /** Ends the pauses of jobs: they wait in the journal then. */
  stopping: AbortSignal;
  /** Begin no more jobs than can come to so many ends; null: as many as come. */
  maxEnded: number | null;
  /** Jobs of this run that were accepted, or left unanswered, so far. */
  ended: () => number;
  /** `maxEnded` is reached, or nothing is left of it but held answers. */
  onEnough: () => void;
};
