import {every} from '../../foundation/async/every.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorEventBody, WorkFacts} from '../events/events.ts';
import {createJobRates, MOST_RATED, RATES_MS} from '../events/job-rates.ts';
import type {Inflow} from '../journal/inflow.ts';
import type {JobJournal} from '../journal/journal.ts';
import type {Health} from './health.ts';
import {MOST_ARRIVALS, noJobAfter, USUAL_MS} from './no-job-after.ts';
import {createQuietTime} from './quiet-time.ts';
import {whileReadable} from './while-readable.ts';
import {createWorkerFlow, FLOW_WINDOW_MS, type WorkerFlow} from './worker-flow.ts';

/** Watches that work comes in and goes out: no job for too long, and jobs that come faster than workers answer. */
export type WorkFlow = {
  /** Takes every event of the operator. Never throws, never waits. */
  onEvent(event: OperatorEventBody): void;
  /** Reports the facts now and once a minute, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
};

const EVERY_MS = 60_000;
/** Most jobs that are remembered because they were left without an answer: of the rest a late answer counts as any does. */
const MOST_UNANSWERED = 10_000;
/** What the two problems are about, beside the other problems with jobs. */
const NONE = 'none';
const PILE_UP = 'pile-up';

export function createWorkFlow(deps: {
  journal: Pick<JobJournal, 'list' | 'oldestOpenAt' | 'counts' | 'pending'> & {
    inflow: Pick<Inflow, 'arrivals' | 'minutes'>;
  };
  /** Kinds of worker that this operator runs. */
  kinds: readonly string[];
  /** `alerts.no_job_after`, ms; null: it is worked out. */
  noJobAfterMs: number | null;
  /** Messages that could not be taken. */
  refused: () => number;
  time: Time;
  emit: Emit;
  health: Pick<Health, 'failed' | 'worked'>;
}): WorkFlow {
  const {journal, time, health} = deps;
  const quiet = createQuietTime(time);
  const workers = createWorkerFlow(journal.counts().selected);
  const rates = createJobRates(journal.inflow.minutes(time.now() - RATES_MS, MOST_RATED), deps.kinds);
  const {unanswered, countJob} = createJobCount(workers, deps.kinds);
  let arrivals = journal.inflow.arrivals(time.now() - USUAL_MS, MOST_ARRIVALS);
  let lastJobAt = arrivals.at(-1) ?? null;

  function jobCame(isNew: boolean): void {
    lastJobAt = time.now();
    quiet.jobCame();
    health.worked('jobs', NONE);
    if (!isNew) return;
    arrivals.push(lastJobAt);
    if (arrivals.length > 1.1 * MOST_ARRIVALS) arrivals = arrivals.slice(-MOST_ARRIVALS);
  }

  function facts(): WorkFacts {
    arrivals = arrivals.filter((at) => at >= time.now() - USUAL_MS);
    const {came, answered} = workers.total();
    return {
      lastJobAt,
      ...noJobAfter(arrivals, deps.noJobAfterMs),
      open: journal.pending(),
      oldestOpenAt: journal.oldestOpenAt(),
      cameForWorkers: came,
      answeredByWorkers: answered,
      windowMs: FLOW_WINDOW_MS,
      refused: deps.refused(),
      rates: rates.rates(time.now()),
    };
  }

  function judgeQuiet({noJobAfterMs, usualGapMs}: WorkFacts): void {
    const ms = quiet.ms();
    if (ms === null || ms < noJobAfterMs) return;
    const usual = usualGapMs === null ? '' : `; usually one comes every ${duration(usualGapMs)}`;
    health.failed('jobs', new AosError('NO_JOBS', `connected, but no job for ${duration(ms)}${usual}`), NONE);
  }

  function judgePile({oldestOpenAt, cameForWorkers, answeredByWorkers, windowMs}: WorkFacts): void {
    if (workers.state() === 'calm') health.worked('jobs', PILE_UP);
    if (workers.state() !== 'growing') return;
    const oldest = oldestOpenAt === null ? '' : `, the oldest for ${duration(time.now() - oldestOpenAt)}`;
    const flow = `${cameForWorkers} jobs came for workers and ${answeredByWorkers} were answered`;
    const text = `in ${duration(windowMs)} ${flow}; ${workers.waiting()} wait${oldest}`;
    health.failed('jobs', new AosError('JOBS_PILE_UP', text), PILE_UP);
  }

  /** Those that are cleaned up are concluded no more. The journal keeps jobs in order of arrival, as their numbers are. */
  function forgetPruned(): void {
    if (unanswered.size === 0) return;
    const [oldest] = journal.list({states: ['unanswered'], after: 0, limit: 1});
    for (const seq of unanswered) if (oldest === undefined || seq < oldest.seq) unanswered.delete(seq);
  }

  function report(): void {
    forgetPruned();
    const now = facts();
    judgeQuiet(now);
    judgePile(now);
    deps.emit({type: 'work', ...now});
    workers.nextMinute();
  }

  return {
    onEvent(event) {
      rates.onEvent(event, time.now());
      switch (event.type) {
        case 'connected':
          quiet.connected();
          return;
        case 'disconnected':
          quiet.disconnected();
          return;
        case 'job_received':
        case 'job_duplicate':
          jobCame(event.type === 'job_received');
          return;
        default:
          countJob(event);
      }
    },
    async run(signal) {
      const look = whileReadable(health, 'work', report);
      look();
      await every(EVERY_MS, {time, signal}, look);
    },
  };
}

/** Counts jobs in front of the workers, by the events of the operator. */
function createJobCount(workers: WorkerFlow, kinds: readonly string[]) {
  /** Jobs of this run that were left without an answer. */
  const unanswered = new Set<number>();
  /** Jobs that a worker has answered, and whose answer a check holds: they wait for a person, and not for a worker. */
  const held = new Set<number>();

  function leave(seq: number): void {
    unanswered.add(seq);
    const [first] = unanswered;
    if (unanswered.size > MOST_UNANSWERED && first !== undefined) unanswered.delete(first);
  }

  function countJob(event: OperatorEventBody): void {
    switch (event.type) {
      case 'job_sampled':
        if (event.selected && kinds.includes(event.job.kind)) workers.came();
        return;
      case 'job_held':
        if (held.has(event.job.seq)) return;
        held.add(event.job.seq);
        workers.answered();
        return;
      case 'job_unanswered':
        leave(event.job.seq);
        if (!held.delete(event.job.seq)) workers.left();
        return;
      case 'job_asked_again':
        if (unanswered.delete(event.job.seq) || held.delete(event.job.seq)) workers.came();
        return;
      case 'job_concluded':
        // One whose answer was held, or that was left without one, does not wait any more.
        if (unanswered.delete(event.job.seq) || held.delete(event.job.seq)) return;
        if (event.outcome === 'answered' || event.outcome === 'failed') workers.answered();
        return;
      default:
        return;
    }
  }

  return {unanswered, countJob};
}
