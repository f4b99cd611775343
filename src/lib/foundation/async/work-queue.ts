import {createFifo} from './fifo.ts';

/** Jobs, named by their journal seq unless the type says otherwise, worked in order of arrival, a bounded number at once. */
export type WorkQueue<T = number> = {
  /** Appends a job. */
  push(job: T): void;
  /** Begins a job now, also when as many as may be are worked already; appends it after `close`. */
  startNow(job: T): void;
  /** Starts nothing more. */
  close(): void;
  /** Jobs being worked now. */
  active(): number;
  /** Jobs that wait. */
  waiting(): number;
};

export type WorkQueueOptions<T = number> = {
  /** Items in progress at most, at least 1; asked for each time, since it may change. */
  most: () => number;
  /** Works one job. A rejection is a bug or the end of the run. */
  work: (job: T) => Promise<void>;
  /** Called with a rejection. Must not throw. */
  onFailure: (job: T, error: unknown) => void;
};

export function createWorkQueue<T = number>(options: WorkQueueOptions<T>): WorkQueue<T> {
  const queue = createFifo<T>();
  let active = 0;
  let closed = false;

  function start(job: T): void {
    active += 1;
    options
      .work(job)
      .catch((error: unknown) => options.onFailure(job, error))
      .finally(() => {
        active -= 1;
        fill();
      });
  }

  function fill(): void {
    while (!closed && active < options.most()) {
      const job = queue.shift();
      if (job === undefined) return;
      start(job);
    }
  }

  return {
    push(job) {
      queue.push(job);
      fill();
    },
    startNow(job) {
      if (closed) queue.push(job);
      else start(job);
    },
    close() {
      closed = true;
    },
    active: () => active,
    waiting: () => queue.length(),
  };
}
