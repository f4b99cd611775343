import type {Time} from '../../src/lib/foundation/time/time.ts';

export type VirtualTime = Time & {
  /** Moves on by `ms`: every timer on the way fires at its own time, and what it set off runs before the next. */
  advance(ms: number): Promise<void>;
  /** Timers that are set now. */
  timers(): number;
  /** How long it is to the next timer, ms; null: none is set. */
  untilNext(): number | null;
};

type Timer = {at: number; order: number; fire: () => void};

/** A clock that stands still until it is told to move. It begins at a fixed wall-clock time. */
export function virtualTime(start = Date.UTC(2030, 0, 1)): VirtualTime {
  let elapsed = 0;
  let order = 0;
  const timers = new Set<Timer>();

  function after(ms: number, fn: () => void): () => void {
    const timer: Timer = {at: elapsed + Math.max(0, ms), order: (order += 1), fire: fn};
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  }

  function firstUntil(limit: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (timer.at > limit) continue;
      if (
        first === undefined ||
        timer.at < first.at ||
        (timer.at === first.at && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  }

  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    after,
    sleep: sleepBy(after),
    async advance(ms) {
      const until = elapsed + ms;
      await settled();
      for (let timer = firstUntil(until); timer !== undefined; timer = firstUntil(until)) {
        timers.delete(timer);
        elapsed = timer.at;
        timer.fire();
        await settled();
      }
      elapsed = until;
    },
    timers: () => timers.size,
    untilNext: () => {
      const first = firstUntil(Infinity);
      return first === undefined ? null : first.at - elapsed;
    },
  };
}

/** Everything that only waits for promises, or for a turn of the event loop, has run. */
export async function settled(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The machine's time, so many times as fast: back-offs and time limits of real sockets without the waiting. */
export function fastTime(factor: number): Time & {timers(): number} {
  const started = performance.now();
  const wall = Date.now();
  const timers = new Set<NodeJS.Timeout>();
  const monotonic = (): number => (performance.now() - started) * factor;
  const after = (ms: number, fn: () => void): (() => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      fn();
    }, ms / factor);
    timers.add(timer);
    return () => {
      timers.delete(timer);
      clearTimeout(timer);
    };
  };
  return {
    now: () => Math.floor(wall + monotonic()),
    monotonic,
    after,
    sleep: sleepBy(after),
    timers: () => timers.size,
  };
}

/** The time of a process that can be killed: its timers end with it. */
export function mortalTime(time: Time, killed: AbortSignal): Time {
  const set = new Set<() => void>();
  killed.addEventListener('abort', () => {
    for (const cancel of [...set]) cancel();
  });
  const after = (ms: number, fn: () => void): (() => void) => {
    if (killed.aborted) return () => {};
    const stop = time.after(ms, () => {
      set.delete(cancel);
      fn();
    });
    const cancel = (): void => {
      set.delete(cancel);
      stop();
    };
    set.add(cancel);
    return cancel;
  };
  return {...time, after, sleep: sleepBy(after)};
}

function sleepBy(after: Time['after']): Time['sleep'] {
  return (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, {once: true});
    });
}
