import type {DueAlert} from './due.ts';
import {isKept, type Incident, type Incidents} from './incidents.ts';

/** Waiting alerts at most; the oldest is dropped first, because the current state matters most. */
const MOST_WAITING = 100;

/** Adds alerts to those that wait: a later one of the same matter takes the place of the earlier. */
export function queued(waiting: readonly DueAlert[], later: readonly DueAlert[]): DueAlert[] {
  const after = new Map(waiting.map((one) => [one.key, one]));
  for (const one of later) after.set(one.key, inPlaceOf(after.get(one.key), one));
  return [...after.values()].slice(-MOST_WAITING);
}

/** A reminder of a problem that no one has heard of is a problem. */
export function inPlaceOf(earlier: DueAlert | undefined, later: DueAlert): DueAlert {
  if (earlier?.alert.state !== 'problem' || later.alert.state !== 'reminder') return later;
  return {...later, alert: {...later.alert, state: 'problem'}};
}

/** The incidents whose alerts were accepted and that have an end, after this one was. */
export function accepted(before: Incidents, {key, incident, alert}: DueAlert): Incidents {
  const after = new Map(before);
  if (alert.state === 'recovered') after.delete(key);
  else if (isKept(incident.subject)) after.set(key, incident);
  return after;
}

/** The accepted ones with the ends that are known by now, without those that are over and of which no alert waits. */
export function withEnds(
  acceptedOnes: Incidents,
  incidents: Incidents,
  waiting: readonly DueAlert[],
): Incidents {
  const waits = new Set(waiting.map(({key}) => key));
  return new Map(
    [...acceptedOnes].flatMap(([key, one]): [string, Incident][] => {
      const now = incidents.get(key);
      if (now !== undefined) return [[key, {...one, goodAt: now.goodAt, over: now.over}]];
      return waits.has(key) ? [[key, one]] : [];
    }),
  );
}
