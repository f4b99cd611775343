import {setTimeout as delay} from 'node:timers/promises';
import {linkedAbort} from '../async/abort.ts';
import type {Time} from '../time/time.ts';

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

/** Replaces `AbortSignal.timeout` combined with an outer signal: see {@link linkedAbort}. */
export function deadline(outer: AbortSignal, ms: number): Deadline {
  const {controller, unlink} = linkedAbort(outer);
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError'));
  }, ms);
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      unlink();
    },
  };
}
