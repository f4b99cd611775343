import {createBackoff} from '../../foundation/async/backoff.ts';
import {createLimiter} from '../../foundation/async/limiter.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Health} from './health.ts';
import type {Signer} from './ports.ts';

/** Signs, and waits for the signer as long as it takes: nothing is given up because the signer is away. */
export type Signing = {
  /** @returns 65-byte signature, hex without 0x; rejects when the signal aborts, and for a message no signer takes */
  sign(message: Uint8Array, signal: AbortSignal): Promise<string>;
};

/** Requests under way at once; Web3Signer works on 20 by default, the rest wait here in order. */
const CONCURRENCY = 24;

/** Web3Signer takes bodies of 10 MiB with the message in hex: a larger one would be tried for ever. */
const MAX_MESSAGE_BYTES = 5 * 1024 * 1024 - 1024;

/** After a failure every caller waits 0.5 s, then 1 s … at most 10 s. */
export function createSigning(
  signer: Signer,
  deps: {time: Time; random: () => number; health: Health},
): Signing {
  const {time, health} = deps;
  const backoff = createBackoff({firstMs: 500, capMs: 10_000, random: deps.random});
  const limiter = createLimiter(CONCURRENCY);
  let closedUntil = 0;

  async function signWhenPossible(message: Uint8Array, signal: AbortSignal): Promise<string> {
    for (;;) {
      const wait = closedUntil - time.monotonic();
      if (wait > 0) await time.sleep(wait, signal);
      signal.throwIfAborted();
      try {
        const signature = await signer.sign(message, signal);
        backoff.reset();
        closedUntil = 0;
        health.worked('signer');
        return signature;
      } catch (error) {
        signal.throwIfAborted();
        // One step a failure, not one a waiter: those that failed together find the gate closed already.
        if (closedUntil <= time.monotonic()) closedUntil = time.monotonic() + backoff.next();
        health.failed('signer', error);
      }
    }
  }

  return {
    sign: (message, signal) =>
      message.length > MAX_MESSAGE_BYTES
        ? Promise.reject(new AosError('BUG', `${message.length} bytes are too many for the signer`))
        : limiter.run(() => signWhenPossible(message, signal), signal),
  };
}
