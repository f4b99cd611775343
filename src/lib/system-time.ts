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
