import {linkedAbort} from '../../../foundation/async/abort.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {Lane, Worker} from '../ports.ts';
import {requestTo} from './request-to.ts';
import type {Clocked, Workers} from './parts.ts';

/** A request that a worker gets while it is being written down: what the worker says to each of the two calls. */
export type EarlyRequest = {
  requestId: string;
  ready: Promise<Lane>;
  asked: Promise<void>;
  /** The job ends: a request that waits for its place is not put any more. */
  abandon(): void;
};

/**
 * Asks a worker that has nothing to do while the selection and the request are being written: its callback finds them in
 * the journal, which takes changes in their order. When that write is refused there is nothing to find, and a new request
 * follows the write that succeeds; after a crash a worker may have computed in vain.
 */
export function askEarly(
  deps: Workers & Pick<Clocked, 'signal' | 'stopping'>,
  worker: Worker,
  job: DispatchJob,
): EarlyRequest {
  const {signal, stopping} = deps;
  const requestId = deps.newSecretId();
  // A request that still waits for a place when the operator stops is left to the next run.
  const {controller, unlink} = linkedAbort(stopping);
  const ready = worker.ready(controller.signal);
  const asked = ready.then((lane) => {
    // The job ended in the moment in which the place was free.
    controller.signal.throwIfAborted();
    return lane.ask(requestTo(worker.kind, requestId, job, deps), signal);
  });
  // askWorker handles both errors: this only keeps them from being reported as unhandled.
  ready.catch(() => undefined).finally(unlink);
  asked.catch(() => undefined);
  return {
    requestId,
    ready,
    asked,
    abandon: () => controller.abort(new AosError('INTERRUPTED', 'the job is not asked about any more')),
  };
}

/** Nothing waits for that request any more: it is not put, or its place at the worker is free again. */
export function releaseEarly(early: EarlyRequest | undefined): void {
  early?.abandon();
  early?.ready.then(
    (lane) => lane.release('untaken'),
    () => undefined, // no place was free
  );
}
