import type {Time} from '../../foundation/time/time.ts';
import {slept} from '../../foundation/async/every.ts';
import type {Health} from './health.ts';
import type {Worker} from './ports.ts';

/** While a worker has a problem. */
const ASK_EVERY_MS = 30_000;
/** Problems that are over when the worker says that it is ready; after others only an answer to a request tells. */
const CURED_BY_READY: ReadonlySet<string | null> = new Set(['WORKER_UNREACHABLE', 'WORKER_BUSY']);

/**
 * Notices without a job that a worker which was away, or busy, is back. A worker without problem is left alone. Ends
 * with the signal.
 */
export async function watchWorkers(deps: {
  workers: readonly Worker[];
  health: Health;
  time: Time;
  signal: AbortSignal;
}): Promise<void> {
  const {workers, health, signal} = deps;
  const isCurable = (): boolean => CURED_BY_READY.has(health.failing('worker'));
  while (await slept(ASK_EVERY_MS, deps)) {
    if (!isCurable()) continue;
    const isReady = await Promise.all(
      workers.map(async (worker) => (await worker.ready(signal)).release('untaken')),
    ).then(
      () => true,
      () => false, // already reported
    );
    // A job may have failed otherwise meanwhile.
    if (isReady && isCurable()) health.worked('worker');
  }
}
