import {hash as digestOf} from 'node:crypto';
import {isAosError} from '../../foundation/errors/error.ts';
import {clockDigest, compareClocks, updateClock, type Clock} from './vlc.ts';

/** An event with a clock reading: its name (`job_received`, `result_concluded`, `probe_answered`, …) and its subject. */
export type ReadingEvent = {
  event: string;
  /** The job id where {@link isAboutJob}; else the name the event gives, or ''. */
  ref: string;
  /** A clock that came from outside with the event, merged before ours advances. */
  merge: Clock | null;
};

/** One link of the operator's chain of clock readings (docs/protocol.md#clock-readings). */
export type Reading = {
  /** 1, 2, 3, … without gaps. */
  n: number;
  /** Unix ms. */
  at: number;
  event: string;
  ref: string;
  clock: Clock;
  /** `hash` of reading n−1; 64 zeros for the first. */
  previous: string;
  /** SHA-256, lower-case hex, of the UTF-8 JSON array ["aos-reading-1", n, at, event, ref, hex(clock digest), previous]. */
  hash: string;
};

/** The readings that belong to a job. */
const JOB_EVENTS: ReadonlySet<string> = new Set([
  'job_received',
  'answer_taken',
  'result_concluded',
  'result_accepted',
]);

/** True when the `ref` of a reading is a job id; probes and outages have readings too. */
export function isAboutJob({event}: Pick<Reading, 'event'>): boolean {
  return JOB_EVENTS.has(event);
}

/** `previous` of the first reading. */
export const NO_READING = '0'.repeat(64);

/**
 * Returns the reading after `last` (null: the first of a journal): the event's clock is merged in, `clockId` advanced.
 * @param at Unix ms
 * @throws AosError CLOCK_OVERFLOW
 */
export function nextReading(
  last: Reading | null,
  {event, ref, merge}: ReadingEvent,
  at: number,
  clockId: bigint,
): Reading {
  const clock = updateClock(last?.clock ?? new Map<bigint, number>(), merge === null ? [] : [merge], clockId);
  const reading = {n: (last?.n ?? 0) + 1, at, event, ref, clock, previous: last?.hash ?? NO_READING};
  return {...reading, hash: hashOf(reading)};
}

/**
 * Checks a sequence of readings: each hash is right, each names the one before it, numbers have no gap and the clock
 * only advances. A sequence may start in the middle of the chain. A missing end cannot be detected.
 * @returns `brokenAt`: index of the first wrong reading
 */
export function verifyReadings(readings: readonly Reading[]): {ok: true} | {ok: false; brokenAt: number} {
  let last: Reading | null = null;
  for (const [index, reading] of readings.entries()) {
    if (!isSoundReading(reading) || !follows(last, reading)) return {ok: false, brokenAt: index};
    last = reading;
  }
  return {ok: true};
}

/** Whether the hash of a reading is that of its other fields. */
export function isSoundReading(reading: Reading): boolean {
  try {
    return reading.hash === hashOf(reading);
  } catch (error) {
    // An impossible clock counts as a wrong reading.
    if (isAosError(error, 'CLOCK_INVALID')) return false;
    throw error;
  }
}

function follows(last: Reading | null, reading: Reading): boolean {
  if (last === null) return reading.n > 1 || (reading.n === 1 && reading.previous === NO_READING);
  return (
    reading.n === last.n + 1 &&
    reading.previous === last.hash &&
    compareClocks(last.clock, reading.clock) === 'before'
  );
}

/** JSON, because its escapes are unambiguous and standard tools can recompute the hash. */
function hashOf({n, at, event, ref, clock, previous}: Omit<Reading, 'hash'>): string {
  const digest = Buffer.from(clockDigest(clock)).toString('hex');
  return digestOf('sha256', JSON.stringify(['aos-reading-1', n, at, event, ref, digest, previous]));
}
