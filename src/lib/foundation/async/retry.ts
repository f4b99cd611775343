import type {Time} from '../time/time.ts';
import type {Backoff} from './backoff.ts';

export type RetryOptions = {
  time: Pick<Time, 'sleep'>;
  /** The pauses between two tries. */
  backoff: Pick<Backoff, 'next'>;
  /** Ends the pause, and with it the tries. */
  signal: AbortSignal;
  /** Whether a failure may pass; one that may not is thrown at once. */
  mayPass: (error: unknown) => boolean;
  /** Tries at most; as many as it takes by default. */
  attempts?: number;
  /** Called with each failure that is followed by another try. */
  onRetry?: (error: unknown) => void;
};

/**
 * Calls `work`, the first time at once, until it succeeds.
 * @param work gets the number of the try, from 1
 * @throws the last failure, or the signal's reason when it aborts in a pause
 */
export async function retry<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const {time, backoff, signal, mayPass, attempts = Infinity, onRetry} = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= attempts || !mayPass(error)) throw error;
      onRetry?.(error);
      await time.sleep(backoff.next(), signal);
    }
  }
}
