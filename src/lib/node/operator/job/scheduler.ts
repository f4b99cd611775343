import {createFifo} from '../../../foundation/async/fifo.ts';
import {createWorkQueue, type WorkQueue} from '../../../foundation/async/work-queue.ts';
import {errorText, isAosError} from '../../../foundation/errors/error.ts';
import {createDeadlines} from './deadlines.ts';
import {releaseEarly} from './early-request.ts';
import {createEnough} from './enough.ts';
import type {Begun, Job, Next, Step, Steps} from './job.ts';
import type {Reservation, Scheduler, SchedulerDeps} from './scheduling.ts';
import {createWorkQueues} from './work-queues.ts';

/** Jobs sampled at once: enough to share commits, few enough to keep the loop lively. */
const SAMPLING = 16;
/** Answers under way at once: enough for a dispatcher 100 ms away, few enough to be fresh when they are accepted. */
const DELIVERING = 32;
/** In progress while jobs come one by one: the next is there before the acceptance of the last is written down. */
const FEW = 2;
/** Numbers of jobs read at once when a run begins. */
const PAGE = 1_000;

// eslint-disable-next-line max-lines-per-function -- the queues and the jobs in progress are one state
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const {journal, maxEnded} = deps;
  /** Jobs begun in this run and not yet done, by seq. */
  const inProgress = new Map<number, Begun>();
  /** Jobs that wait to be begun, in order. In a queue they would stand in the way of those in progress. */
  const gate = createFifo<{job: Job; step: Step}>();
  /** Reservations whose jobs are not in the journal yet. */
  let reserved = 0;
  /** Those in progress about which nothing is done now. */
  let parked = 0;
  /** Those of them whose answer is sent and has no reply yet. */
  let unreplied = 0;
  let steps: Steps | undefined;
  let stopped = false;

  const sampling = queueFor('sample', () => SAMPLING);
  const delivering = queueFor('deliver', () => DELIVERING);
  const working = createWorkQueues(deps.workers, (concurrency) => queueFor('work', concurrency));
  const deadlines = createDeadlines({time: deps.time, onDue});
  const enough = createEnough({...deps, inProgress});

  function queueFor(step: Step, most: () => number): WorkQueue<Job> {
    return createWorkQueue<Job>({most, work: (job) => take(job, step), onFailure});
  }

  async function take(job: Job, step: Step): Promise<void> {
    const begun = inProgress.get(job.seq);
    // It was answered, or given up, while it waited in this queue.
    if (begun?.job !== job || begun.at !== step || begun.isWorked) return;
    begun.isWorked = true;
    const next = await steps?.[step](job);
    begun.isWorked = false;
    if (next !== undefined) follow(begun, next);
  }

  function follow(begun: Begun, next: Next): void {
    const {job} = begun;
    const {isAnswered, askAgain} = begun;
    begun.isAnswered = false;
    begun.askAgain = null;
    if (isAnswered && next !== 'work') enqueue(begun, 'deliver');
    else if (askAgain !== null && next !== 'deliver' && !(askAgain === 'on' && next === 'done')) {
      if (askAgain === 'anew') job.answerBy = undefined;
      enqueue(begun, 'work');
    } else if (next === 'done') done(job);
    // Without a deadline ahead nothing would end its wait for an answer.
    else if (waitsForAnswer(next) && isOverdue(job)) enqueue(begun, 'giveUp');
    else if (next === 'listen') park(begun, 'listen');
    else if (typeof next === 'string') enqueue(begun, next);
    else {
      // Outside the queue: a result that is refused for days must not keep the others from being delivered.
      const at = 'replied' in next ? 'reply' : 'pause';
      park(begun, at);
      const pause = (begun.pause += 1);
      const over = 'replied' in next ? next.replied : deps.time.sleep(next.inMs, deps.stopping);
      const isStill = (): boolean =>
        begun.at === at && begun.pause === pause && inProgress.get(job.seq) === begun;
      over.then(
        () => (isStill() ? enqueue(begun, next.step) : undefined),
        () => undefined, // the operator stops: the job waits in the journal
      );
    }
  }

  const isOverdue = ({answerBy}: Job): boolean => answerBy === undefined || answerBy <= deps.time.monotonic();

  function unpark({at}: Begun): void {
    if (at === 'listen' || at === 'pause' || at === 'reply') parked -= 1;
    if (at === 'reply') unreplied -= 1;
  }

  function park(begun: Begun, at: 'listen' | 'pause' | 'reply'): void {
    begun.at = at;
    parked += 1;
    if (at === 'reply') unreplied += 1;
    if (at === 'listen') enough.look();
  }

  function enqueue(begun: Begun, step: Step, kind?: string): void {
    const {job} = begun;
    unpark(begun);
    begun.at = step;
    if (step === 'sample') sampling.push(job);
    else if (step === 'work') {
      const named = kind ?? job.kind ?? job.record?.kind ?? journal.get(job.seq)?.kind ?? '';
      const deadlineMs = (begun.deadlineMs = working.deadlineMs(named));
      if (deadlineMs !== null) job.answerBy ??= deadlines.set(job.seq, deadlineMs);
      // Its request has a place at the worker already: one that waited behind a job without a place would keep both waiting.
      if (job.early === undefined) working.of(named).push(job);
      else working.of(named).startNow(job);
    } else {
      deadlines.clear(job.seq);
      if (step === 'deliver') delivering.push(job);
      else take(job, step).catch((error: unknown) => onFailure(job, error));
    }
  }

  /** Whether its answer is in the journal: it is sent, or waits for its reply or for the next delivery. */
  function isAnswered({at, job}: Begun): boolean {
    return at === 'deliver' || at === 'reply' || (at === 'pause' && job.deliveries !== undefined);
  }

  /** A step that works on the job now sees by itself that its time is over. */
  function onDue(seq: number): void {
    const begun = inProgress.get(seq);
    if (begun === undefined || begun.isWorked || begun.at === 'sample' || isAnswered(begun)) return;
    enqueue(begun, 'giveUp');
  }

  const hasCapacity = (): boolean =>
    !stopped && (maxEnded === null || deps.ended() + inProgress.size + reserved < maxEnded);

  function begin(job: Job): Begun {
    const begun: Begun = {
      ...{job, at: 'sample', isWorked: false, pause: 0},
      ...{deadlineMs: null, isAnswered: false, askAgain: null},
    };
    inProgress.set(job.seq, begun);
    return begun;
  }

  function openGate(): void {
    while (steps !== undefined && hasCapacity()) {
      const first = gate.shift();
      if (first === undefined) return;
      // It came in twice: as it was left in the journal, and with its answer.
      if (inProgress.has(first.job.seq)) continue;
      try {
        enqueue(begin(first.job), first.step);
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

  function forget({seq, early}: Job): void {
    releaseEarly(early);
    deadlines.clear(seq);
    inProgress.delete(seq);
  }

  function drop(job: Job, error: unknown): void {
    // Stopped between two attempts: the next run takes it on.
    if (!isAosError(error, 'INTERRUPTED')) {
      const code = isAosError(error) ? error.code : 'BUG';
      deps.emit({type: 'warning', code, message: `job ${job.seq} stays in the journal: ${errorText(error)}`});
    }
    forget(job);
  }

  function done(job: Job): void {
    forget(job);
    enough.look();
    openGate();
  }

  function add(job: Job, step: Step): void {
    gate.push({job, step});
    openGate();
  }

  function answered(seq: number): void {
    const begun = inProgress.get(seq);
    if (begun === undefined) add({seq}, 'deliver');
    else if (begun.isWorked) begun.isAnswered = begun.at !== 'deliver';
    else if (!isAnswered(begun)) {
      releaseEarly(begun.job.early);
      begun.job.early = begun.job.record = begun.job.dispatch = undefined;
      enqueue(begun, 'deliver');
    }
  }

  function accepted(seq: number): void {
    const begun = inProgress.get(seq);
    // The step that works on it, or the queue, sees by itself that it is accepted.
    if (begun === undefined || begun.isWorked || (begun.at !== 'reply' && begun.at !== 'pause')) return;
    unpark(begun);
    done(begun.job);
  }

  function askAgain(seq: number, deadline: 'anew' | 'on' = 'anew'): void {
    const begun = inProgress.get(seq);
    const isAnew = deadline === 'anew';
    if (begun === undefined) {
      // Within its deadline: one that is not begun has its turn to come, and one that is given up has none.
      if (isAnew) add({seq}, 'work');
      return;
    }
    if (isAnswered(begun)) return;
    const {job, at, deadlineMs} = begun;
    if (isAnew) job.refusals = undefined;
    if (begun.isWorked) begun.askAgain = isAnew ? 'anew' : (begun.askAgain ?? 'on');
    else if (at === 'listen' || (isAnew && at === 'pause')) {
      if (isAnew) job.answerBy = undefined;
      enqueue(begun, 'work');
    } else if (isAnew && job.answerBy !== undefined && deadlineMs !== null)
      job.answerBy = deadlines.set(seq, deadlineMs); // it waits for its turn at a worker
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
        enqueue(begin(job), step, kind);
      },
      release() {
        if (!isHeld) return;
        end();
        openGate();
      },
    };
  }

  /** Those nearest to their end first: with `maxEnded` they are what a short run is for. */
  function resume(): void {
    for (const [state, step] of [
      ['concluded', 'deliver'],
      ['signed', 'deliver'],
      ['selected', 'work'],
      ['received', 'sample'],
    ] as const) {
      for (let after: number | undefined = 0; after !== undefined;) {
        const jobs = journal.queued(state, after, PAGE);
        for (const {seq, kind, bytes} of jobs) add({seq, kind, bytes: bytes ?? undefined}, step);
        after = jobs.length < PAGE ? undefined : jobs.at(-1)?.seq;
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
    answered,
    accepted,
    askAgain,
    held: enough.held,
    answerBy: (seq) => inProgress.get(seq)?.job.answerBy ?? null,
    isIdle(kind) {
      if (stopped) return false;
      // Itself among them.
      const coming = reserved + sampling.active();
      const {waiting, active, most} = working.load(kind);
      return waiting === 0 && active + coming <= most;
    },
    deliversNow: () => delivering.waiting() === 0 && delivering.active() < DELIVERING,
    isCrowded: () => inProgress.size - parked + reserved > FEW,
    stop() {
      stopped = true;
      deadlines.close();
      sampling.close();
      working.close();
    },
    busy(connected, signs = true) {
      const jobs = sampling.active() + reserved + working.active() + (connected ? unreplied : 0);
      return connected && signs ? jobs + delivering.active() + delivering.waiting() : jobs;
    },
  };
}

const waitsForAnswer = (next: Next): boolean =>
  next === 'listen' || (typeof next === 'object' && next.step === 'work');
