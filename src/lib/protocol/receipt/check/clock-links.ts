import {isSoundReading, NO_READING, type Reading} from '../../clock/readings.ts';
import {compareClocks, MAX_COUNTER, type Clock} from '../../clock/vlc.ts';
import {broken, notHere, valid, type Link} from '../links.ts';
import type {JobEvidence} from '../receipt.ts';

/** A clock with so many ids, or with a counter so near its end, may come without being merged into ours. */
const MOST_IDS = 1_000;
const STEPS_LEFT = 1_000_000;

/** Checks that the clock of the result is the one of the job with one counter advanced by one. */
export function checkClock(
  clock: JobEvidence['clock'],
  {job, result}: {job: Clock | null; result: Clock | null},
): Link {
  if (clock === null || result === null) return notHere('clock', 'there is no result');
  const {before, after} = clock;
  if (!isSameClock(after, result))
    return broken('clock', 'the clock after the job is not the one that the result says');
  if (before === null || job === null) return notHere('clock', 'the clock of the job is not here');
  if (!isSameClock(before, job))
    return broken('clock', 'the clock before the job is not the one that the job says');
  return isNext(before, after)
    ? valid('clock')
    : broken('clock', 'the clock of the result does not follow the clock of the job');
}

function isSameClock(a: Clock, b: Clock): boolean {
  return a.size === b.size && [...a].every(([id, counter]) => b.get(id) === counter);
}

function isNext(before: Clock, after: Clock): boolean {
  // A clock at its end is returned as it came.
  if (isSameClock(before, after)) return [...before.values()].includes(MAX_COUNTER);
  if (before.size === 0) return after.size === 1 && [...after.values()][0] === 1;
  if (before.size !== after.size || [...before.keys()].some((id) => !after.has(id))) return false;
  const changed = [...after].filter(([id, counter]) => counter !== before.get(id));
  const [[id, counter] = [0n, 0]] = changed;
  return changed.length === 1 && counter === (before.get(id) ?? 0) + 1;
}

/**
 * Checks the readings about a job: each hash is right, numbers and clocks only grow, neighbours name each other, and what
 * happened to the job has its order. Links that lie between two of them are not looked at.
 */
export function checkChain(readings: readonly Reading[], jobId: string | null, before: Clock | null): Link {
  if (readings.length === 0) return notHere('chain', 'there are no clock readings');
  let last: Reading | null = null;
  for (const reading of readings) {
    const why = !isSoundReading(reading) ? 'has another hash' : wrongAfter(last, reading);
    if (why !== null) return broken('chain', `clock reading ${reading.n} ${why}`);
    last = reading;
  }
  if (jobId === null) return valid('chain');
  const own = readings.filter(({ref}) => ref === jobId);
  const first = (event: string): Reading | undefined => own.find((reading) => reading.event === event);
  const received = first('job_received');
  if (received === undefined) return broken('chain', 'no clock reading says that the job was received');
  for (const event of ['result_concluded', 'result_accepted']) {
    const found = first(event);
    if (found !== undefined && found.n < received.n)
      return broken('chain', `clock reading ${found.n} (${event}) comes before the job`);
  }
  if (before !== null && isMerged(before) && !own.some(({clock}) => isWithin(before, clock)))
    return broken('chain', 'no clock reading has the clock of the job in it');
  return valid('chain');
}

function wrongAfter(last: Reading | null, {n, previous, clock}: Reading): string | null {
  if (n === 1 && previous !== NO_READING) return 'is the first, and names another before it';
  if (last === null) return null;
  if (n <= last.n) return 'is out of order';
  if (n === last.n + 1 && previous !== last.hash) return 'does not name the one before it';
  return compareClocks(last.clock, clock) === 'before' ? null : 'has a clock that does not advance';
}

function isMerged(clock: Clock): boolean {
  return clock.size < MOST_IDS && [...clock.values()].every((counter) => counter < MAX_COUNTER - STEPS_LEFT);
}

function isWithin(clock: Clock, whole: Clock): boolean {
  const order = compareClocks(clock, whole);
  return order === 'before' || order === 'equal';
}
