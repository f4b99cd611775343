import {createBackoff} from '../../foundation/async/backoff.ts';
import {retry} from '../../foundation/async/retry.ts';
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
  const {time, random, health, signal} = deps;
  return (write, onRefused) =>
    retry(
      async (attempt) => {
        if (attempt > 1) onRefused?.();
        const result = await write();
        health.worked('journal');
        return result;
      },
      {
        time,
        signal,
        backoff: createBackoff({firstMs: 500, capMs: 15_000, random}),
        mayPass: (error) => isAosError(error, 'JOURNAL_WRITE_FAILED'),
        onRetry: (error) => health.failed('journal', error),
      },
    );
}
