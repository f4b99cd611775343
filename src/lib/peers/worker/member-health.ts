import type {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';

/** What is wrong with one worker, and when it is asked again. */
export type MemberHealth = {
  /** What was wrong with it last; null: nothing. */
  problem(): AosError | null;
  /** When it is asked again, monotonic ms; in the past: now. */
  restsUntil(): number;
  /** It has this problem: another worker is asked first for a while, or for `ms`. */
  rest(error: AosError, ms?: number): void;
  /** The problem is over. */
  clear(): void;
  /** It works on something, or its process has ended: it is not locked. */
  notLocked(): void;
  /** It took a request and did not answer it. @returns how many it did so with in a row */
  timedOut(): number;
  /** Ends the timer. */
  stop(): void;
};

/** After it was away or busy, or refused a request, another one is asked first for so long. */
const SHORT_REST_MS = 5_000;

/** @param onRested the rest is over: a request that waits for a place may get one */
export function createMemberHealth(time: Time, onRested: () => void): MemberHealth {
  let timeouts = 0;
  let problem: AosError | null = null;
  let restsUntil = -Infinity;
  let cancelRest = (): void => {};
  return {
    problem: () => problem,
    restsUntil: () => restsUntil,
    rest(error, ms = SHORT_REST_MS) {
      problem = error;
      restsUntil = time.monotonic() + ms;
      cancelRest();
      cancelRest = time.after(ms, onRested);
    },
    clear() {
      problem = null;
      restsUntil = -Infinity;
      cancelRest();
    },
    notLocked() {
      timeouts = 0;
    },
    timedOut: () => (timeouts += 1),
    stop: () => cancelRest(),
  };
}
