import {setTimeout as delay} from 'node:timers/promises';
import type {Time} from './time.ts';

/** The machine's clock and timers. */
export const systemTime: Time = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await delay(ms, undefined, signal ? {signal} : {});
    } catch (error) {
      // timers/promises wraps the abort; callers compare with the signal's own reason.
      throw signal?.aborted ? signal.reason : error;
    }
  },
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** A signal that aborts with `outer`, or after `ms` with a TimeoutError, whichever comes first; `done` lets go of both. */
export type Deadline = {signal: AbortSignal; done: () => void};

/**
 * Linked by hand: on Node 20 a signal of AbortSignal.timeout that only AbortSignal.any refers to may be collected as
 * garbage before it fires, and what waits for it then waits for ever.
 */
export function deadline(outer: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  const end = (): void => controller.abort(outer.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError'));
  }, ms);
  outer.addEventListener('abort', end, {once: true});
  if (outer.aborted) end();
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', end);
    },
  };
}
