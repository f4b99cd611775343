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

/**
 * Calls `fn` once, `ms` after the call at the earliest, when the event loop has taken in what had arrived by then: an answer
 * that came while this process was held up is no late one.
 * @returns the cancel function
 */
export function afterReading(ms: number, fn: () => void): () => void {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    turn = setImmediate(fn);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}

/** A signal that aborts with `outer`, or after `ms` with a TimeoutError, whichever comes first; `done` lets go of both. */
export type Deadline = {signal: AbortSignal; done: () => void};

/** Replaces `AbortSignal.timeout` combined with an outer signal: see {@link linkedAbort}. */
export function deadline(outer: AbortSignal | undefined, ms: number): Deadline {
  const {controller, unlink} = linkedAbort(outer);
  const cancel = afterReading(ms, () => {
    controller.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError'));
  });
  return {
    signal: controller.signal,
    done: () => {
      cancel();
      unlink();
    },
  };
}
