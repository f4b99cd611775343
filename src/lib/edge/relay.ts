/** Hands events on in the turn after the one they happened in: what a job waits for is sent first, and told after. */
export type Relay<T> = {
  push(event: T): void;
  /** Hands on what waits, now. */
  flush(): void;
};

/** @param take must not throw; what it pushes itself comes after what waits already */
export function createRelay<T>(take: (event: T) => void): Relay<T> {
  let waiting: T[] = [];
  let scheduled: NodeJS.Immediate | undefined;

  function flush(): void {
    clearImmediate(scheduled);
    scheduled = undefined;
    while (waiting.length > 0) {
      const events = waiting;
      waiting = [];
      for (const event of events) take(event);
    }
  }

  return {
    push(event) {
      waiting.push(event);
      scheduled ??= setImmediate(flush);
    },
    flush,
  };
}
