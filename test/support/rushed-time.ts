import type {Time} from '../../src/lib/foundation/time/time.ts';

/** Time that passes by sleeping alone: each sleep is over at once, and the clock is later by it. For pauses between requests. */
export function rushedTime(): Pick<Time, 'monotonic' | 'sleep'> {
  let at = 0;
  return {
    monotonic: () => at,
    sleep: async (ms, signal) => {
      const until = at + ms;
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      at = Math.max(at, until);
    },
  };
}
