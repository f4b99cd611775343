import {createCondition} from '../../lib/foundation/async/condition.ts';

/** The queue between a submission and the task that dispatches: one entry dispatches one job. */
export type Tasks = {
  /** Adds one; waits while the queue is full. @throws the signal's reason */
  push(signal: AbortSignal): Promise<void>;
};

/** What fits in. A submission that waits for room keeps the lock, for which the task waits: then all stands still. */
const CAPACITY = 200;

/** Calls `run` once for each entry, one after the other, until `stop` aborts. */
export function startTasks(run: () => Promise<void>, stop: AbortSignal): Tasks {
  let queued = 0;
  const change = createCondition();

  const work = async (): Promise<void> => {
    for (;;) {
      await change.until(() => queued > 0, stop);
      queued -= 1;
      change.changed();
      await run();
    }
  };
  work().catch(() => {}); // the dispatcher was closed

  return {
    async push(signal) {
      for (;;) {
        await change.until(() => queued < CAPACITY, signal);
        // Another may have taken the room in between.
        if (queued < CAPACITY) break;
      }
      queued += 1;
      change.changed();
    },
  };
}
