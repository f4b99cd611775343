import type {Code} from '../../foundation/errors/table.ts';
import {isCostKind, type Incident, type Incidents} from './incidents.ts';

const MINUTE_MS = 60_000;
/** After a start the chain is read within this time: a reminder of what lasted before has to wait for what it says. */
const FIRST_READING_MS = 2 * MINUTE_MS;
/** A problem that lasts over a start is met again within this time: a worker may be away for 10 minutes before it is one. */
const SEEN_AGAIN_MS = 15 * MINUTE_MS;
/** Those that need longer. */
const SEEN_LATER_MS: Readonly<Partial<Record<Code, number>>> = {
  // How fast the journal grows is known after half an hour.
  DISK_LOW: 45 * MINUTE_MS,
  // The faster of the two flows is seen over ten minutes, and it counts in whole minutes.
  JOBS_PILE_UP: 30 * MINUTE_MS,
  // Its signs are compared with those of hours, and end after one without.
  SECOND_OPERATOR: 75 * MINUTE_MS,
  // It has to hold a request for a fifth of its time to answer.
  WORKER_SLOW: 75 * MINUTE_MS,
};
const NOT_SEEN_AGAIN = 'the operator was started anew and has not met it again';

/** What an earlier run has sent, at the start of this one. */
export function recalled(before: Incidents, now: number): Incidents {
  return new Map([...before].map(([key, one]) => [key, recalledOne(one, now)]));
}

/**
 * What lasted on chain is reminded of only once the chain could be read again, and that no job comes ends with a job alone. Any
 * other problem counts as over unless this run meets it too: an incident at a service that no one resolves would hide the next one.
 */
function recalledOne(one: Incident, now: number): Incident {
  const isOver = one.goodAt !== null && (isCostKind(one.subject) || one.goodAt <= now);
  if (isOver) return one;
  if (isCostKind(one.subject)) return {...one, notBefore: now + FIRST_READING_MS};
  const seenAgainMs = SEEN_LATER_MS[one.code] ?? SEEN_AGAIN_MS;
  if (one.code === 'NO_JOBS') return {...one, goodAt: null, notBefore: now + seenAgainMs};
  return {...one, goodAt: now + seenAgainMs, over: NOT_SEEN_AGAIN};
}
