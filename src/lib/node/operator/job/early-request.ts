import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {Lane, Worker} from '../ports.ts';
import type {Clocked, Workers} from './parts.ts';

/** A request that a worker gets while it is being written down: what the worker says to each of the two calls. */
export type EarlyRequest = {requestId: string; ready: Promise<Lane>; asked: Promise<void>};

/**
 * Asks a worker that has nothing to do while the selection and the request are being written: its callback finds them in
 * the journal, which takes changes in their order. When that write is refused there is nothing to find, and a new request
 * follows the write that succeeds; after a crash a worker may have computed in vain.
 */
export function askEarly(
  {newSecretId, nodeId, callbackUrl, signal, stopping}: Workers & Pick<Clocked, 'signal' | 'stopping'>,
  worker: Worker,
  {model, prompt}: DispatchJob,
): EarlyRequest {
  const requestId = newSecretId();
  // A request that still waits for a place when the operator stops is left to the next run.
  const ready = worker.ready(stopping);
  const asked = ready.then((lane) => lane.ask({requestId, nodeId, model, prompt, callbackUrl}, signal));
  // askWorker handles both errors: this only keeps them from being reported as unhandled.
  ready.catch(() => undefined);
  asked.catch(() => undefined);
  return {requestId, ready, asked};
}

/** Nothing waits for that request any more: its place at the worker is free again. */
export function releaseEarly(early: EarlyRequest | undefined): void {
  early?.ready.then(
    (lane) => lane.release('untaken'),
    () => undefined, // no place was free
  );
}
