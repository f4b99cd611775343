import {abortable} from './abort.ts';

/** Runs at most so much work at once; the rest waits in order. */
export type Limiter = {
  /**
   * Runs `work` when there is room, at once when there is room now.
   * @throws the signal's reason when it aborts before `work` began; what `work` throws; the reason of `close`
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Rejects with `reason` what waits, and all that comes later. What runs is left alone. */
  close(reason: Error): void;
};

/** @param most how much runs at once, at least 1 */
export function createLimiter(most: number): Limiter {
  /** A set, for a wait that is aborted leaves from the middle. */
  const waiting = new Set<{start: () => void; reject: (reason: Error) => void}>();
  let free = most;
  let closed: Error | undefined;

  const wait = (signal: AbortSignal | undefined): Promise<void> =>
    abortable(signal, (start, reject) => {
      const entry = {start, reject};
      waiting.add(entry);
      return () => waiting.delete(entry);
    });

  /** A place is handed on to the first that waits: one that comes between cannot take it. */
  function leave(): void {
    const [first] = waiting;
    if (first === undefined) free += 1;
    else first.start();
  }

  return {
    async run(work, signal) {
      if (closed !== undefined) throw closed;
      signal?.throwIfAborted();
      if (free > 0) free -= 1;
      else await wait(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    close(reason) {
      closed = reason;
      for (const {reject} of [...waiting]) reject(reason);
    },
  };
}
