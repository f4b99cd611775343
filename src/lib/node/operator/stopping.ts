import {onAbort} from '../../foundation/async/abort.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {StopReason} from '../events/events.ts';

/** How often a stopping operator checks whether jobs are still in progress. */
const DRAIN_POLL_MS = 20;

/** That the operator is to stop, and why: the first reason counts. */
export type Stopping = {
  /** Undefined: it works on. */
  reason(): StopReason | undefined;
  ask(why: StopReason): void;
  /** Resolves when it is asked to, or when the signal aborts, whose reason is a {@link StopReason}. */
  asked(stop: AbortSignal): Promise<StopReason>;
};

export function createStopping(): Stopping {
  let reason: StopReason | undefined;
  let resolveStop: (why: StopReason) => void = () => {};
  const why = new Promise<StopReason>((resolve) => (resolveStop = resolve));
  const ask = (first: StopReason): void => {
    reason ??= first;
    resolveStop(reason);
  };
  return {
    reason: () => reason,
    ask,
    asked(stop) {
      onAbort(stop, (first) => ask(first as StopReason));
      return why;
    },
  };
}

/** Waits until no job is in progress, at most `graceMs`. */
export async function drain(inProgress: () => number, graceMs: number, time: Time): Promise<void> {
  const until = time.monotonic() + graceMs;
  while (inProgress() > 0 && time.monotonic() < until) await time.sleep(DRAIN_POLL_MS);
}
