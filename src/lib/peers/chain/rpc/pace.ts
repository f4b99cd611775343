import type {Time} from '../../../foundation/time/time.ts';

/** Answers in a row after a 429 until the pace allows one more request at once. */
const ANSWERS_TO_WIDEN = 16;

/** The number of simultaneous requests to one provider and their waits, adapted to what it allows. */
export type Pace = {
  /** Returns the number of requests that may be in progress. */
  slots(): number;
  /** Returns the wait of the next request in ms; 0 or less for none. */
  waitMs(): number;
  /** Records an answer. */
  answered(): void;
  /** Records a failure. @returns failures in a row, over all windows */
  failed(): number;
  /** Stops requests for a time and allows fewer at once after it, because the provider is busy. */
  slowDown(ms: number): void;
};

/** Creates a pace. @param concurrency requests in progress at most */
export function createPace({time, concurrency}: {time: Pick<Time, 'monotonic'>; concurrency: number}): Pace {
  let slots = concurrency;
  let answersInARow = 0;
  let failuresInARow = 0;
  let quietUntil = 0;

  return {
    slots: () => slots,
    waitMs: () => quietUntil - time.monotonic(),
    answered() {
      failuresInARow = 0;
      answersInARow += 1;
      if (answersInARow % ANSWERS_TO_WIDEN === 0) slots = Math.min(concurrency, slots + 1);
    },
    failed() {
      failuresInARow += 1;
      return failuresInARow;
    },
    slowDown(ms) {
      answersInARow = 0;
      // Requests in progress together count as one refusal.
      if (time.monotonic() >= quietUntil) slots = Math.max(1, Math.floor(slots / 2));
      quietUntil = Math.max(quietUntil, time.monotonic() + ms);
    },
  };
}
