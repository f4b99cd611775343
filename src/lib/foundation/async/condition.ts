import {abortable} from './abort.ts';

/** Lets others wait until something is true. */
export type Condition = {
  /**
   * Waits until `isTrue` says so: it is asked now, and within each `changed`.
   * @throws the signal's reason when it aborts first, or has aborted
   */
  until(isTrue: () => boolean, signal: AbortSignal | undefined): Promise<void>;
  /** Must be called after each change that a wait may be for. */
  changed(): void;
};

export function createCondition(): Condition {
  const waiting = new Set<() => void>();
  return {
    async until(isTrue, signal) {
      signal?.throwIfAborted();
      if (isTrue()) return;
      await abortable<undefined>(signal, (resolve) => {
        const check = (): void => {
          if (isTrue()) resolve(undefined);
        };
        waiting.add(check);
        return () => waiting.delete(check);
      });
    },
    changed() {
      for (const check of [...waiting]) check();
    },
  };
}
