import {slept} from '../../foundation/async/every.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Health} from './health.ts';
import type {WatchedWorker, WorkerState} from './ports.ts';
import type {KindState} from './worker-report.ts';

/** While a worker has a problem. */
const ASK_EVERY_MS = 30_000;
/** Problems that are over when the worker is well; after others only an answer to a request tells. */
const CURED_BY_STATUS: ReadonlySet<string | null> = new Set([
  'WORKER_UNREACHABLE',
  'WORKER_BUSY',
  'WORKER_LOST',
  'WORKER_LOCKED',
  'WORKER_STUCK',
  'WORKER_UNSOUND',
]);
/** What no job reports, once none comes. */
const OF_AN_ONLY_ONE: ReadonlySet<string | undefined> = new Set([
  'WORKER_LOCKED',
  'WORKER_STUCK',
  'WORKER_UNSOUND',
]);

/**
 * Notices without a job that a worker which was away, busy or locked is well again, and reports what no job reports: a
 * worker that is locked, and one of several that is not well while the others do its work. A worker without a problem is
 * left alone. Ends with the signal.
 */
export async function watchWorkers(deps: {
  workers: readonly WatchedWorker[];
  health: Health;
  time: Time;
  /** Takes what is known of them, by kind; must not throw. */
  onStates?: (kinds: readonly KindState[]) => void;
  signal: AbortSignal;
}): Promise<void> {
  const {workers, health, onStates, signal} = deps;
  while (await slept(ASK_EVERY_MS, deps)) {
    let kinds: (readonly WorkerState[])[];
    try {
      kinds = await Promise.all(workers.map((worker) => worker.check(signal)));
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    for (const [index, states] of kinds.entries()) {
      report(states, health);
      const kind = workers[index]?.kind;
      const isWell = states.some(({problem}) => problem === null);
      // A job may have failed otherwise meanwhile.
      if (isWell && CURED_BY_STATUS.has(health.failing('worker', kind))) health.worked('worker', kind);
    }
    onStates?.(workers.map(({kind}, index) => ({kind, states: kinds[index] ?? []})));
  }
}

function report(states: readonly WorkerState[], health: Health): void {
  for (const {url, problem, slow} of states) {
    if (slow !== null) health.failed('worker', slow, `${url} slow`);
    else health.worked('worker', `${url} slow`);
    // Jobs report the failure of an only worker themselves, and say when busy is busy for too long.
    const isOurs = states.length > 1 ? problem?.code !== 'WORKER_BUSY' : OF_AN_ONLY_ONE.has(problem?.code);
    if (problem !== null && isOurs) health.failed('worker', problem, url);
    else health.worked('worker', url);
  }
}
