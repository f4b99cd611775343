import {custom, type Transport} from 'viem';
import {createCondition} from '../../../foundation/async/condition.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Exchange} from './exchange.ts';
import {pauseAfter} from './patience.ts';
import {createPace} from './pace.ts';
import {factsOf, failureKindOf} from './rpc-failure.ts';
import type {RpcWatch} from './watch.ts';

export type RpcTransportOptions = {
  exchange: Exchange;
  /** The host, for messages. */
  endpoint: string;
  /** Ends every request and pause. */
  signal: AbortSignal;
  /** Whether the caller asks another endpoint when this one fails now. */
  hasNext: () => boolean;
  time: Pick<Time, 'monotonic' | 'sleep'>;
  /** Uniform in [0, 1). */
  random: () => number;
  watch: RpcWatch;
};

/** Requests in progress at most; half as many after each refusal for too many. */
const AT_ONCE = 16;

/**
 * Creates viem's transport for one endpoint: a bounded number of requests at once, and pauses after failures that pass
 * (see patience.ts). viem's own retries are off, because they know neither the kinds of failures nor one another.
 */
export function createRpcTransport(options: RpcTransportOptions): Transport {
  const {exchange, endpoint, signal, hasNext, time, random, watch} = options;
  const pace = createPace({time, concurrency: AT_ONCE});
  const changed = createCondition();
  let active = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    // Looked at again after each wait: all that wait are woken together, and the first of them may take the only place.
    while (active >= pace.slots()) await changed.until(() => active < pace.slots(), signal);
    active += 1;
    try {
      const wait = pace.waitMs();
      if (wait > 0) await time.sleep(wait, signal);
      return await work();
    } finally {
      active -= 1;
      changed.changed();
    }
  }

  async function request({method, params}: {method: string; params?: unknown}): Promise<unknown> {
    let last: unknown;
    for (let tries = 1; ; tries += 1) {
      try {
        const asked = watch.asking(endpoint, method);
        const result = await inTurn(() => exchange({method, params}, signal)).finally(asked);
        pace.answered();
        return result;
      } catch (error) {
        if (signal.aborted) throw ended(last);
        const kind = isAosError(error) ? null : failureKindOf(error);
        if (kind === null) throw error;
        const retryAfterMs = factsOf(error)?.retryAfterMs ?? null;
        const pause = pauseAfter(kind, {method, tries, hasNext: hasNext(), retryAfterMs, random});
        if (pause === null) throw error;
        last = error;
        // The others wait as well: each refused request counts against the plan.
        if (kind === 'busy') pace.slowDown(pause);
        const isOver = watch.pausing({endpoint, kind, ms: pause});
        await time
          .sleep(pause, signal)
          .catch(() => Promise.reject(ended(last)))
          .finally(isOver);
      }
    }
  }

  return custom({request}, {retryCount: 0});
}

/** The end by the signal, named as fetch names it so that viem hands it on; the cause is the last failure before it. */
function ended(last: unknown): Error {
  return Object.assign(new Error('the request was ended', {cause: last}), {name: 'AbortError'});
}
