import {AosError} from '../../foundation/errors/error.ts';
import {duration, measured} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {WorkerDriver} from './driver.ts';

/**
 * Notices a request that a worker has for much longer than its answers take. A slow worker and one that hangs say the same
 * until the time of the request is over, so this is a warning: it costs no attempt, and the worker gets its next request.
 */
export type SlowWatch = {
  /** A request is put. @returns what to call at its end */
  began(): (isAnswered: boolean) => void;
  /**
   * @param busyForMs for how long it has taken nothing while it works on nothing of ours; null: it takes requests
   * @returns WORKER_SLOW; null: nothing takes too long
   */
  problem(busyForMs: number | null): AosError | null;
};

/** Answers that say how long one takes. */
const REMEMBERED = 50;
/** Fewer than this say little. */
const FEW = 5;
/** So many times as long as 95 % of the answers take is too long. */
const TIMES = 3;
/** While little is known: this share of `answer_timeout`, 2 min of the usual 10 min. */
const SHARE = 1 / 5;
/** Less than this is never too long. */
const LEAST_MS = 30_000;

/** @param name of the worker, for texts */
export function createSlowWatch(deps: {
  name: string;
  host: string;
  driver: Pick<WorkerDriver, 'restart' | 'hangs' | 'sticks'>;
  answerTimeoutMs: number;
  time: Pick<Time, 'monotonic'>;
}): SlowWatch {
  const {name, host, driver, answerTimeoutMs, time} = deps;
  const open = new Set<{since: number}>();
  let took: readonly number[] = [];

  function usualMs(): number | null {
    const sorted = took.toSorted((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
  }

  function limitMs(usual: number | null): number {
    const bySpeed = usual === null ? 0 : usual * TIMES;
    const share = took.length < FEW ? answerTimeoutMs * SHARE : 0;
    return Math.max(LEAST_MS, bySpeed, share);
  }

  function slow(what: string, usual: number | null): AosError {
    const answers =
      usual === null
        ? 'it has answered none in this run'
        : `95 % of its answers took up to ${measured(usual)}`;
    return new AosError('WORKER_SLOW', `${name} ${what}; ${answers}. It may be slow; ${driver.hangs}`, {
      next: driver.restart(host),
    });
  }

  return {
    began() {
      const request = {since: time.monotonic()};
      open.add(request);
      return (isAnswered) => {
        open.delete(request);
        if (isAnswered) took = [...took, time.monotonic() - request.since].slice(-REMEMBERED);
      };
    },
    problem(busyForMs) {
      const usual = usualMs();
      const limit = limitMs(usual);
      // The time-out itself is said as such.
      if (limit >= answerTimeoutMs) return null;
      const since = Math.min(...[...open].map((request) => request.since));
      const openForMs = time.monotonic() - since;
      // The limit, not the time: a text that grows would be another report at each look.
      const over = `more than ${duration(limit)}`;
      if (openForMs >= limit) return slow(`has a request for ${over} without an answer`, usual);
      if (!driver.sticks || busyForMs === null || open.size > 0 || busyForMs < limit) return null;
      return slow(`has taken no request for ${over}, and works on none of ours`, usual);
    },
  };
}
