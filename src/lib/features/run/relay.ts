/** Hands events on in the turn after the one they happened in: what a job waits for is sent first, and told after. */
export type Relay<T> = {
  push(event: T): void;
  /** Hands on what waits, now. */
  flush(): void;
};

/**
 * @param take must not throw; what it pushes itself comes after what waits already
 * @param isUrgent an event that is handed on at once, with those before it: what is told of it must be told now
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
