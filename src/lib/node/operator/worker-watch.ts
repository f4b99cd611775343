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
    for (const states of kinds) report(states, health);
    onStates?.(workers.map(({kind}, index) => ({kind, states: kinds[index] ?? []})));
    const isWell = kinds.every((states) => states.some(({problem}) => problem === null));
    // A job may have failed otherwise meanwhile.
    if (isWell && CURED_BY_STATUS.has(health.failing('worker'))) health.worked('worker');
  }
}

function report(states: readonly WorkerState[], health: Health): void {
  for (const {url, problem} of states) {
    // Jobs report the failure of an only worker themselves, and say when busy is busy for too long.
    const isOurs = states.length > 1 ? problem?.code !== 'WORKER_BUSY' : problem?.code === 'WORKER_LOCKED';
    if (problem !== null && isOurs) health.failed('worker', problem, url);
    else health.worked('worker', url);
  }
}
