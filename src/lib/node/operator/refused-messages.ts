import {AosError} from '../../foundation/errors/error.ts';
import {createBucket} from '../../foundation/async/token-bucket.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {RejectReason} from '../events/events.ts';
import {MOST_REFUSED_BYTES, type Inflow} from '../journal/inflow.ts';
import type {Health} from './health.ts';

/** A message that was not acted on. */
export type RefusedMessage = {
  reason: RejectReason;
  code: ErrorCode;
  message: string;
  frame: Uint8Array | string;
  /** A job may be lost with it: neither a response nor words that are no message, and no wrong signature, which is a problem of its own. */
  mayBeJob: boolean;
};

/** Keeps what could not be taken, and reports the problem while it lasts. Never throws, never waits. */
export type RefusedMessages = {
  keep(message: RefusedMessage): void;
  /** A job was taken: the problem is over when the last refused message is old enough. */
  jobTaken(): void;
  /** All of them, also those of earlier runs. */
  count(): number;
};

/** Messages on their way to the disk; more of a flood are counted and not kept. */
const MOST_WAITING = 100;
/** Kept a second, at most: a flood must not fill the time of the disk. */
const KEPT_PER_SECOND = 100;
/** Good jobs between bad ones end the problem only when the last bad one is so long ago. */
const CALM_MS = 60_000;
/** What the problem is about, beside the other problems with jobs. */
const FRAMES = 'messages';

export function createRefusedMessages(deps: {
  inflow: Pick<Inflow, 'keep' | 'refused'>;
  time: Time;
  health: Pick<Health, 'failed' | 'worked'>;
}): RefusedMessages {
  const {inflow, time, health} = deps;
  let count = inflow.refused();
  const mayKeep = createBucket(KEPT_PER_SECOND, time);
  let waiting = 0;
  /** When the last one came that may be a job, monotonic ms; null: the problem is over. */
  let lastAt: number | null = null;

  return {
    keep({reason, code, message, frame, mayBeJob}) {
      count += 1;
      if (mayBeJob) {
        lastAt = time.monotonic();
        const text = `a message of the dispatcher could not be taken: ${safeText(message, 200)}`;
        health.failed('jobs', new AosError('JOB_REFUSED', text), FRAMES);
      }
      if (waiting >= MOST_WAITING || !mayKeep()) return;
      waiting += 1;
      const whole = typeof frame === 'string' ? Buffer.from(frame) : frame;
      // A copy: a slice would keep a frame of 64 MiB in memory.
      const kept = Uint8Array.from(whole.subarray(0, MOST_REFUSED_BYTES));
      inflow
        .keep({n: count, at: time.now(), reason, code, message, bytes: whole.length, frame: kept})
        .catch((error: unknown) => health.failed('journal', error))
        .finally(() => (waiting -= 1));
    },
    jobTaken() {
      if (lastAt === null || time.monotonic() - lastAt < CALM_MS) return;
      lastAt = null;
      health.worked('jobs', FRAMES);
    },
    count: () => count,
  };
}
