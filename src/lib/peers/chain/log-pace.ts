import type {Time} from '../../foundation/time/time.ts';

/** Answers in a row until one more request goes out at a time again after a 429. */
const ANSWERS_TO_WIDEN = 16;

/** How many requests of a scan go out at once, and how long they wait: what the provider bears. */
export type Pace = {
  /** How many requests may be under way. */
  slots(): number;
  /** How long the next request waits; negative or 0: not at all. */
  waitMs(): number;
  /** A request was answered. */
  answered(): void;
  /** A request failed. @returns failures in a row, over all windows */
  failed(): number;
  /** The provider is busy: no request for so long, and fewer at once after that. */
  slowDown(ms: number): void;
};

/** @param concurrency how many requests are under way at once when the provider bears it */
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
