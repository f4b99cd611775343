import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import {slept} from '../../foundation/async/every.ts';
import type {Health} from './health.ts';
import {createLatencies} from './latencies.ts';
import type {Signer} from './ports.ts';

/** Measures every signature, emits the statistics, and signs a test message when the signer has been idle. */
export type SignerWatch = {
  /** The same signer, measured. */
  signer: Signer;
  /** Until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
};

/** How often there may be news. */
const EMIT_EVERY_MS = 10_000;
/** A signer that was not needed for so long is tried: that it is dead must be known before the next job comes. */
const IDLE_MS = 60_000;
/** After a failed try, until it works again. */
const RETRY_MS = 10_000;
/** Nothing was signed yet: the first `connect` should have come by now. */
const FIRST_MS = 5_000;
const CANARY = Buffer.from('AOS signer check, not a transaction');

export function createSignerWatch(
  signer: Signer,
  {time, emit, health}: {time: Time; emit: Emit; health: Health},
): SignerWatch {
  const latencies = createLatencies();
  let triedAt: number | null = null;
  let isNew = false;
  /** Of the last try. */
  let isWell = true;
  /** When the last outage ended. */
  let wellSince = -Infinity;

  async function sign(message: Uint8Array, signal?: AbortSignal): Promise<string> {
    const started = time.monotonic();
    triedAt = started;
    const wasWell = isWell;
    try {
      const signature = await signer.sign(message, signal);
      latencies.took(time.monotonic() - started, time.monotonic());
      isNew = true;
      if (!isWell) recovered();
      return signature;
    } catch (error) {
      // What we gave up ourselves says nothing about the signer.
      if (signal?.aborted !== true) {
        // It was sent before the outage ended, which is over: it says nothing about the signer of now.
        if (started < wellSince) return sign(message, signal);
        // Tries during an outage are no failures of their own: else a short one would outweigh all signatures around it.
        if (wasWell) latencies.failed(time.monotonic());
        isNew = true;
        isWell = false;
      }
      throw error;
    }
  }

  /** One good signature ends an outage, for a job or not. */
  function recovered(): void {
    isWell = true;
    wellSince = time.monotonic();
    health.worked('signer');
    emitStats();
  }

  function emitStats(): void {
    if (!isNew) return;
    isNew = false;
    emit({type: 'signer_stats', ...latencies.stats(time.monotonic())});
  }

  async function tryOnce(signal: AbortSignal): Promise<void> {
    try {
      await sign(CANARY, signal);
      health.worked('signer');
    } catch (error) {
      if (!signal.aborted) health.failed('signer', error);
    }
    emitStats();
  }

  async function tryWhenIdle(signal: AbortSignal): Promise<void> {
    const began = time.monotonic();
    /** How long until it has been idle for long enough. */
    const left = (): number =>
      triedAt === null
        ? began + FIRST_MS - time.monotonic()
        : triedAt + (isWell ? IDLE_MS : RETRY_MS) - time.monotonic();
    while (await slept(Math.max(left(), 1_000), {time, signal})) if (left() <= 0) await tryOnce(signal);
  }

  async function emitStatsUntil(signal: AbortSignal): Promise<void> {
    while (await slept(EMIT_EVERY_MS, {time, signal})) emitStats();
  }

  return {
    signer: {address: signer.address, sign},
    run: async (signal) => {
      await Promise.all([emitStatsUntil(signal), tryWhenIdle(signal)]);
    },
  };
}
