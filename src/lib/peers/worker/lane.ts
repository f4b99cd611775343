import {abortable} from '../../foundation/async/abort.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {OpmlClient} from './client.ts';
import type {LossWatch} from './loss-watch.ts';
import type {MemberHealth} from './member-health.ts';
import type {OpmlRequest} from './question.ts';

/** The worker that got a request, and which start of it. */
export type AskedWorker = {url: string; nodeId: string | null};

/** How a request ended: see {@link OpmlLane.release}. */
export type LaneEnd = 'answered' | 'timeout' | 'lost' | 'untaken';

/** A free place at a worker, held for one job until it is released. */
export type OpmlLane = {
  readonly at: AskedWorker;
  /**
   * Puts the request.
   * @throws AosError WORKER_BUSY | WORKER_REFUSED | WORKER_UNREACHABLE: it was not taken; WORKER_LOST: perhaps it was
   */
  ask(request: OpmlRequest, signal: AbortSignal): Promise<void>;
  /** Rejects with WORKER_LOST when the request that was taken is lost; else with the signal's reason. */
  lost(signal: AbortSignal): Promise<never>;
  /** Frees the place, once the worker has replied to what was put. Harmless when it is called twice. */
  release(end: LaneEnd): void;
};

/**
 * @param deps.closing ends a request that is under way; the end of its job does not, for the worker may have it
 * @param deps.leave frees the place
 */
export function createLane(
  client: OpmlClient,
  health: MemberHealth,
  {
    asked,
    losses,
    closing,
    leave,
  }: {asked: AskedWorker; losses: LossWatch; closing: AbortSignal; leave: (end: LaneEnd) => void},
): OpmlLane {
  let isHeld = true;
  let exchange: Promise<void> | null = null;
  return {
    at: asked,
    async ask(request, signal) {
      await abortable<unknown>(signal, (resolve, reject) => {
        const asking = put(client, health, request, closing);
        const over = (): void => void (exchange = null);
        exchange = asking.then(over, over);
        asking.then(resolve, reject);
        return () => undefined;
      });
    },
    lost: (signal) => losses.watch(asked.nodeId, signal),
    release(end) {
      if (!isHeld) return;
      isHeld = false;
      // Two requests that reach the published worker at once lock it: the next one waits until this one was replied to.
      if (exchange === null) leave(end);
      else void exchange.then(() => leave(end));
    },
  };
}

/** Puts a request, and notes what its end says of the worker. @throws as {@link OpmlLane.ask} */
async function put(
  client: OpmlClient,
  health: MemberHealth,
  request: OpmlRequest,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.ask(request, signal);
    if (health.problem()?.code === 'WORKER_REFUSED') health.clear();
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    if (error.code === 'WORKER_BUSY') health.notLocked();
    health.rest(error);
    throw error;
  }
}
