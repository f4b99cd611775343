import {createFifo} from '../../../foundation/async/fifo.ts';
import {createWorkQueue, type WorkQueue} from '../../../foundation/async/work-queue.ts';
import {errorText, isAosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Emit} from '../../events/events.ts';
import type {JobJournal} from '../../journal/journal.ts';
import type {Worker} from '../ports.ts';
import type {Job, Next, Step, Steps} from './job.ts';

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
  /** Begins nothing more: what is in progress continues to its next mark in the journal, what is concluded is delivered. */
  stop(): void;
  /** Jobs that can still end after `stop`: being sampled, asked or delivered; without delivery when `connected` is false. */
  busy(connected: boolean): number;
};

/** Capacity for one job. */
export type Reservation = {
  /** The job, of this kind, is in the journal and due for this step. */
  claim(job: Job, step: Step, kind: string): void;
  /** There is no such job after all; harmless after `claim`. */
  release(): void;
};

export type SchedulerDeps = {
  journal: Pick<JobJournal, 'list' | 'get'>;
  workers: readonly Pick<Worker, 'kind' | 'concurrency'>[];
  emit: Emit;
  time: Pick<Time, 'sleep'>;
  /** Ends the run; failures after it are its echo. */
  signal: AbortSignal;
  /** Ends the pauses of jobs: they wait in the journal then. */
  stopping: AbortSignal;
  /** Begin no more jobs than can make so many accepted results; null: as many as come. */
  maxAccepted: number | null;
  /** Accepted results of this run so far. */
  accepted: () => number;
  /** `maxAccepted` is reached. */
  onEnough: () => void;
};

/** Jobs sampled at once: enough to share commits, few enough to keep the loop lively. */
const SAMPLING = 16;
/** Answers under way at once: enough for a dispatcher 100 ms away, few enough to be fresh when they are accepted. */
const DELIVERING = 32;
/** In progress while jobs come one by one: the next is there before the acceptance of the last is written down. */
const FEW = 2;
/** Records read at once when a run begins: each comes with its whole frame. */
const PAGE = 16;

// eslint-disable-next-line max-lines-per-function -- the queues and the jobs in progress are one state
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const {journal, maxAccepted} = deps;
  /** Jobs begun in this run and not yet done, by seq. */
  const inProgress = new Set<number>();
  /** Jobs that wait to be begun, in order. In a queue they would stand in the way of those in progress. */
  const gate = createFifo<{job: Job; step: Step}>();
  /** Reservations whose jobs are not in the journal yet. */
  let reserved = 0;
  let steps: Steps | undefined;
  let stopped = false;

  const sampling = queueFor('sample', SAMPLING);
  const delivering = queueFor('deliver', DELIVERING);
  const working = new Map<string, WorkQueue<Job>>();

  function queueFor(step: Step, concurrency: number): WorkQueue<Job> {
    return createWorkQueue<Job>({concurrency, work: (job) => take(job, step), onFailure});
  }

  async function take(job: Job, step: Step): Promise<void> {
    const next = await steps?.[step](job);
    if (next !== undefined) follow(job, next);
  }

  function follow(job: Job, next: Next): void {
    if (next === 'done') done(job);
    else if (typeof next === 'string') enqueue(job, next);
    else {
      // Outside the queue: a result that is refused for days must not keep the others from being delivered.
      deps.time.sleep(next.inMs, deps.stopping).then(
        () => enqueue(job, next.step),
        () => undefined, // the operator stops: the job waits in the journal
      );
    }
  }

  const concurrencyOf = (kind: string): number =>
    deps.workers.find((worker) => worker.kind === kind)?.concurrency ?? 1;

  function workingQueue(kind: string): WorkQueue<Job> {
    const known = working.get(kind);
    if (known !== undefined) return known;
    const queue = queueFor('work', concurrencyOf(kind));
    if (stopped) queue.close();
    working.set(kind, queue);
    return queue;
  }

  function enqueue(job: Job, step: Step, kind?: string): void {
    if (step === 'sample') sampling.push(job);
    else if (step === 'deliver') delivering.push(job);
    else workingQueue(kind ?? job.record?.kind ?? journal.get(job.seq)?.kind ?? '').push(job);
  }

  const hasCapacity = (): boolean =>
    !stopped && (maxAccepted === null || deps.accepted() + inProgress.size + reserved < maxAccepted);

  function openGate(): void {
    while (steps !== undefined && hasCapacity()) {
      const first = gate.shift();
      if (first === undefined) return;
      inProgress.add(first.job.seq);
      try {
        enqueue(first.job, first.step);
      } catch (error) {
        // Its kind could not be read; the job that made room for it is not affected.
        drop(first.job, error);
      }
    }
  }

  function onFailure(job: Job, error: unknown): void {
    if (deps.signal.aborted) return;
    drop(job, error);
    openGate();
  }

  function drop({seq}: Job, error: unknown): void {
    // Stopped between two attempts: the next run takes it on.
    if (!isAosError(error, 'INTERRUPTED')) {
      const code = isAosError(error) ? error.code : 'BUG';
      deps.emit({type: 'warning', code, message: `job ${seq} stays in the journal: ${errorText(error)}`});
    }
    inProgress.delete(seq);
  }

  function done({seq}: Job): void {
    inProgress.delete(seq);
    if (maxAccepted !== null && deps.accepted() >= maxAccepted) deps.onEnough();
    openGate();
  }

  function add(job: Job, step: Step): void {
    gate.push({job, step});
    openGate();
  }

  function reserve(): Reservation | null {
    const isFirst = gate.length() + sampling.waiting() + sampling.active() === 0;
    if (!isFirst || reserved >= SAMPLING || !hasCapacity()) return null;
    reserved += 1;
    let isHeld = true;
    const end = (): void => {
      isHeld = false;
      reserved -= 1;
    };
    return {
      claim(job, step, kind) {
        end();
        inProgress.add(job.seq);
        enqueue(job, step, kind);
      },
      release() {
        if (!isHeld) return;
        end();
        openGate();
      },
    };
  }

  /** Those nearest to their end first: with `maxAccepted` they are what a short run is for. */
  function resume(): void {
    for (const [states, step] of [
      [['concluded', 'signed'], 'deliver'],
      [['selected'], 'work'],
      [['received'], 'sample'],
    ] as const) {
      for (let after: number | undefined = 0; after !== undefined;) {
        const records = journal.list({states, after, limit: PAGE});
        for (const {seq} of records) add({seq}, step);
        after = records.length < PAGE ? undefined : records.at(-1)?.seq;
      }
    }
  }

  return {
    start(given) {
      steps = given;
      resume();
    },
    add,
    reserve,
    isIdle(kind) {
      if (stopped) return false;
      const queue = working.get(kind);
      // Itself among them.
      const coming = reserved + sampling.active();
      return (queue?.waiting() ?? 0) === 0 && (queue?.active() ?? 0) + coming <= concurrencyOf(kind);
    },
    deliversNow: () => delivering.waiting() === 0 && delivering.active() < DELIVERING,
    isCrowded: () => inProgress.size + reserved > FEW,
    stop() {
      stopped = true;
      sampling.close();
      for (const queue of working.values()) queue.close();
    },
    busy(connected) {
      let jobs = sampling.active() + reserved;
      for (const queue of working.values()) jobs += queue.active();
      return connected ? jobs + delivering.active() + delivering.waiting() : jobs;
    },
  };
}
