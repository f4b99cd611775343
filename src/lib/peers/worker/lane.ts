import {abortable} from '../../foundation/async/abort.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import type {WorkerClient, WorkerRequest} from './driver.ts';
import type {LossWatch} from './loss-watch.ts';
import type {MemberHealth} from './member-health.ts';
import type {SlowWatch} from './slow-watch.ts';

/** The worker that got a request, and which start of it. */
export type AskedWorker = {url: string; nodeId: string | null};

/** How a request ended: see {@link WorkerLane.release}. */
export type LaneEnd = 'answered' | 'timeout' | 'lost' | 'untaken';

/** A free place at a worker, held for one job until it is released. */
export type WorkerLane = {
  readonly at: AskedWorker;
  /**
   * Puts the request.
   * @throws AosError as {@link WorkerClient.ask}
   */
  ask(request: WorkerRequest, signal: AbortSignal): Promise<void>;
  /** Rejects with WORKER_LOST when the request that was taken is lost; else with the signal's reason. */
  lost(signal: AbortSignal): Promise<never>;
  /** Frees the place, once the worker has replied to what was put. Harmless when it is called twice. */
  release(end: LaneEnd): void;
};

/** What the health of a worker hears of the requests that are put to it. */
export type AskedHealth = Pick<MemberHealth, 'problem' | 'clear'> & {
  /** It took the request, or answered it. */
  took(): void;
  /** It did not. @returns what is wrong, perhaps more than the reply said */
  failed(error: AosError): AosError;
};

/**
 * @param deps.closing ends a request that is under way; the end of its job does not, for the worker may have it
 * @param deps.leave frees the place
 */
export function createLane(
  client: WorkerClient,
  health: AskedHealth,
  {
    asked,
    losses,
    slow,
    closing,
    leave,
  }: {
    asked: AskedWorker;
    losses: LossWatch;
    slow: Pick<SlowWatch, 'began'>;
    closing: AbortSignal;
    leave: (end: LaneEnd) => void;
  },
): WorkerLane {
  let isHeld = true;
  let exchange: Promise<void> | null = null;
  let over: (isAnswered: boolean) => void = () => undefined;
  const end = (how: LaneEnd): void => {
    over(how === 'answered');
    leave(how);
  };
  return {
    at: asked,
    async ask(request, signal) {
      over = slow.began();
      await abortable<unknown>(signal, (resolve, reject) => {
        const asking = put(client, health, request, closing);
        const replied = (): void => void (exchange = null);
        exchange = asking.then(replied, replied);
        asking.then(resolve, reject);
        return () => undefined;
      });
    },
    lost: (signal) => losses.watch(asked.nodeId, signal),
    release(how) {
      if (!isHeld) return;
      isHeld = false;
      // Two requests that reach the published worker at once lock it: the next one waits until this one was replied to.
      if (exchange === null) end(how);
      else void exchange.then(() => end(how));
    },
  };
}

/** Puts a request, and notes what its end says of the worker. @throws as {@link WorkerLane.ask} */
async function put(
  client: WorkerClient,
  health: AskedHealth,
  request: WorkerRequest,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.ask(request, signal);
    health.took();
    if (health.problem()?.code === 'WORKER_REFUSED') health.clear();
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
    throw health.failed(error);
  }
}
