/** Hands events on one turn of the event loop later: the work of a job goes out first, its events after. */
export type Relay<T> = {
  push(event: T): void;
  /** Hands on what waits, now. */
  flush(): void;
};

/**
 * @param take must not throw; what it pushes itself comes after what waits already
 * @param isUrgent an event that is handed on at once, with those before it, because its output must not be late
 */
export function createRelay<T>(take: (event: T) => void, isUrgent: (event: T) => boolean): Relay<T> {
  let waiting: T[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  let flushing = false;

  function flush(): void {
    // What an event sets off comes after those that happened before it.
    if (flushing) return;
    flushing = true;
    clearImmediate(scheduled);
    scheduled = undefined;
    try {
      while (waiting.length > 0) {
        const events = waiting;
        waiting = [];
        for (const event of events) take(event);
      }
    } finally {
      flushing = false;
    }
  }

  return {
    push(event) {
      waiting.push(event);
      if (isUrgent(event)) {
        flush();
        return;
      }
      if (!flushing) scheduled ??= setImmediate(flush);
    },
    flush,
  };
}
