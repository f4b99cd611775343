import {abortable} from './abort.ts';

/** Lets so much run at once as fits a budget; what does not fit waits in order. */
export type Budget = {
  /**
   * Runs `work` when `weight` fits beside what runs now, or nothing runs: what is heavier than the budget runs alone.
   * @throws the signal's reason when it aborts before `work` began; what `work` throws
   */
  run<T>(weight: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
};

/** @param most the weight that runs at once */
export function createBudget(most: number): Budget {
  /** A set, for a wait that is aborted leaves from the middle. */
  const waiting = new Set<{weight: number; start: () => void}>();
  let used = 0;

  const fits = (weight: number): boolean => used === 0 || used + weight <= most;

  function startNext(): void {
    for (const next of waiting) {
      // In order: a light one that overtook a heavy one again and again would keep it waiting for ever.
      if (!fits(next.weight)) return;
      waiting.delete(next);
      used += next.weight;
      next.start();
    }
  }

  const wait = (weight: number, signal: AbortSignal | undefined): Promise<void> =>
    abortable(signal, (start) => {
      const entry = {weight, start};
      waiting.add(entry);
      startNext();
      return (isAborted) => {
        waiting.delete(entry);
        if (isAborted) startNext();
      };
    });

  return {
    async run(weight, work, signal) {
      signal?.throwIfAborted();
      if (waiting.size === 0 && fits(weight)) used += weight;
      else await wait(weight, signal);
      try {
        return await work();
      } finally {
        used -= weight;
        startNext();
      }
    },
  };
}
