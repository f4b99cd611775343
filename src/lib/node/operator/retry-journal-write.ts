import {createBackoff} from '../../foundation/async/backoff.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Health} from './health.ts';

/**
 * Tries a journal write until the disk takes it, after 0.5 s, 1 s … at most 15 s; rejects with what is not the disk's
 * fault, or at the end of the run. `onRefused` is called before each further try.
 */
export type RetryJournalWrite = <T>(write: () => Promise<T>, onRefused?: () => void) => Promise<T>;

export function createRetryJournalWrite(deps: {
  time: Time;
  random: () => number;
  health: Health;
  signal: AbortSignal;
}): RetryJournalWrite {
  return async (write, onRefused) => {
    const backoff = createBackoff({firstMs: 500, capMs: 15_000, random: deps.random});
    for (;;) {
      try {
        const result = await write();
        deps.health.worked('journal');
        return result;
      } catch (error) {
        if (!isAosError(error, 'JOURNAL_WRITE_FAILED')) throw error;
        deps.health.failed('journal', error);
        await deps.time.sleep(backoff.next(), deps.signal);
        onRefused?.();
      }
    }
  };
}
