import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Emit} from '../events/events.ts';
import {createFifo} from '../../foundation/async/fifo.ts';
import {createWorkQueue, type WorkQueue} from '../../foundation/async/work-queue.ts';
import type {Worker} from './ports.ts';
import type {Journal} from '../journal/journal.ts';
import type {JobSteps, Waiting, Reservation} from './job-steps.ts';
/** The jobs in progress and their queues: one for sampling, one per kind of worker, one for delivery. */
export type Workload = {
  /** Queues a job for its state; one that is not in progress yet waits until there is capacity (`maxAccepted`). */
  next(seq: number, state: Waiting): void;
  /**
   * Room for a job that is sampled as it comes, before it is in the journal: null when another one waits before it, or
   * nothing more is begun.
   */
  reserve(): Reservation | null;
  /** Whether the job that is being sampled would begin at once with a worker of this kind, if the others beside it do too. */
  isIdle(kind: string): boolean;
  /** Whether an answer that is concluded now would be delivered at once. */
  deliversNow(): boolean;
  /** Whether more jobs are in progress than one that begins and one that is about to end. */
  isCrowded(): boolean;
  /** A job is through: accepted, or given up. */
  finished(seq: number): void;
  /** Puts what the last run left unfinished into the queues. */
  resume(): void;
  /** Begins nothing more: jobs in progress continue to their next journal write, concluded ones are delivered. */
  stop(): void;
  /** Jobs that can still end after `stop`: being sampled, asked or delivered; without delivery when `connected` is false. */
  busy(connected: boolean): number;
};
export type WorkloadDeps = {
  steps: Pick<JobSteps, 'sample' | 'work' | 'deliver'>;
  journal: Pick<Journal, 'list' | 'get'>;
  workers: readonly Pick<Worker, 'kind' | 'concurrency'>[];
  emit: Emit;
  /** Ends the run; failures after it are its echo. */
  signal: AbortSignal;
  /** Begin no more jobs than can make so many accepted results; null: as many as come. */
  maxAccepted: number | null;
  /** Accepted results of this run so far. */
  accepted: () => number;
  /** `maxAccepted` is reached. */
  onEnough: () => void;
};

/** Jobs sampled at once: enough to share commits, few enough to keep the loop lively. */
const SAMPLING = 16;
/** Answers under way at once: enough for a dispatcher 100 ms away, few enough to be young when they are through. */
const DELIVERING = 32;
/** In hand while jobs come one by one: the next is there before the acceptance of the last is written down. */
const FEW = 2;
/** Records read at once when a run begins: each comes with its whole frame. */
const PAGE = 16;

export function createWorkload(deps: WorkloadDeps): Workload {
  const {steps, journal, maxAccepted} = deps;
  /** Jobs begun in this run and not yet through. */
  const inHand = new Set<number>();
  /** Jobs waiting to begin, in order. In a queue they would delay the jobs in progress. */
  const gate = createFifo<{seq: number; state: Waiting}>();
  /** Places given out, their jobs not yet in the journal. */
  let reserved = 0;
  let stopped = false;

  const queueOf = (concurrency: number, work: (seq: number) => Promise<void>): WorkQueue =>
    createWorkQueue({concurrency, work, onFailure});
  const sampling = queueOf(SAMPLING, (seq) => steps.sample(seq));
  const delivering = queueOf(DELIVERING, (seq) => steps.deliver(seq));
  const working = new Map<string, WorkQueue>();

  const concurrencyOf = (kind: string): number =>
    deps.workers.find((worker) => worker.kind === kind)?.concurrency ?? 1;

  function workingQueue(kind: string): WorkQueue {
    const known = working.get(kind);
    if (known !== undefined) return known;
    const queue = queueOf(concurrencyOf(kind), (job) => steps.work(job));
    if (stopped) queue.close();
    working.set(kind, queue);
    return queue;
  }

  function enter(seq: number, state: Waiting, kind?: string): void {
    if (state === 'received') sampling.push(seq);
    else if (state === 'selected') workingQueue(kind ?? journal.get(seq)?.kind ?? '').push(seq);
    else delivering.push(seq);
  }

  const hasCapacity = (): boolean =>
    !stopped && (maxAccepted === null || deps.accepted() + inHand.size + reserved < maxAccepted);

  function openGate(): void {
    while (hasCapacity()) {
      const first = gate.shift();
      if (first === undefined) return;
      inHand.add(first.seq);
      try {
        enter(first.seq, first.state);
      } catch (error) {
        // Its kind could not be read. Whoever made room for it has nothing to do with that.
        letGo(first.seq, error);
      }
    }
  }

  function onFailure(seq: number, error: unknown): void {
    if (deps.signal.aborted) return;
    letGo(seq, error);
    openGate();
  }

  function letGo(seq: number, error: unknown): void {
    // Stopped between two attempts: the job is fine, and the next run continues with it.
    if (!isAosError(error, 'INTERRUPTED')) {
      const code = isAosError(error) ? error.code : 'BUG';
      deps.emit({type: 'warning', code, message: `job ${seq} stays in the journal: ${errorText(error)}`});
    }
    inHand.delete(seq);
  }

  function next(seq: number, state: Waiting): void {
    if (inHand.has(seq)) enter(seq, state);
    else {
      gate.push({seq, state});
      openGate();
    }
  }

  function reserve(): Reservation | null {
    const first = gate.length() + sampling.waiting() + sampling.active() === 0;
    if (!first || reserved >= SAMPLING || !hasCapacity()) return null;
    reserved += 1;
    let given = true;
    const end = (): void => {
      given = false;
      reserved -= 1;
    };
    return {
      claim(seq, state, kind) {
        end();
        inHand.add(seq);
        enter(seq, state, kind);
      },
      release() {
        if (!given) return;
        end();
        openGate();
      },
    };
  }

  return {
    next,
    reserve,
    isIdle(kind) {
      if (stopped) return false;
      const queue = working.get(kind);
      // Itself among them.
      const coming = reserved + sampling.active();
      return (queue?.waiting() ?? 0) === 0 && (queue?.active() ?? 0) + coming <= concurrencyOf(kind);
    },
    deliversNow: () => delivering.waiting() === 0 && delivering.active() < DELIVERING,
    isCrowded: () => inHand.size + reserved > FEW,
    finished(seq) {
      inHand.delete(seq);
      if (maxAccepted !== null && deps.accepted() >= maxAccepted) deps.onEnough();
      openGate();
    },
    resume() {
      // Those nearest to their end first: with `maxAccepted` they are what a short run is for.
      for (const [states, waiting] of [
        [['concluded', 'signed'], 'concluded'],
        [['selected'], 'selected'],
        [['received'], 'received'],
      ] as const) {
        for (let after: number | undefined = 0; after !== undefined;) {
          const records = journal.list({states, after, limit: PAGE});
          for (const {seq} of records) next(seq, waiting);
          after = records.length < PAGE ? undefined : records.at(-1)?.seq;
        }
      }
    },
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
