/** Growing waits with a cap and jitter. */
export type Backoff = {
  /** The next wait, ms. */
  next(): number;
  /** Starts again from the first step. */
  reset(): void;
};

/**
 * Waits of `first`, 2·first, 4·first … at most `cap` ms, each spread by ±25 % so that many operators
 * do not come back at the same instant.
 * @param random uniform in [0, 1)
 */
export function createBackoff(options: {firstMs: number; capMs: number; random: () => number}): Backoff {
  let step = 0;
  return {
    next() {
      const base = Math.min(options.capMs, options.firstMs * 2 ** Math.min(step, 30));
      step += 1;
      return Math.min(options.capMs, Math.round(base * (0.75 + options.random() * 0.5)));
    },
    reset() {
      step = 0;
    },
  };
}
