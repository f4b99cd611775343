import {classSql} from '../events/duration-classes.ts';
import type {MinuteOfJobs} from '../events/job-rates.ts';
import type {Database, Row} from './driver.ts';
import {numberOf} from './rows.ts';

/** The columns are the same in the jobs and in those that are packed. */
const COUNTS = `
  received_at / 60000 AS minute, min(seq) AS first, count(*) AS received,
  total(state = 'accepted') AS accepted,
  total(state IN ('selected', 'unanswered') OR outcome IN ('answered', 'failed')) AS selected,
  total(outcome = 'answered') AS answered`;
const DURATIONS = `
  received_at / 60000 AS minute, ${classSql('closed_at - received_at')} AS class, count(*) AS jobs`;
const ACCEPTED = `state = 'accepted' AND closed_at IS NOT NULL`;
const NEWEST = 'seq > ? AND received_at >= ?';

/**
 * Counts the newest jobs by the minute in which they came. It reads a range of numbers, which is the order of arrival:
 * times have no index.
 */
export function jobMinutes(database: Database) {
  const last = database.prepare(
    'SELECT max((SELECT coalesce(max(seq), 0) FROM jobs), (SELECT coalesce(max(seq), 0) FROM past)) AS seq',
  );
  const tables = [
    {name: 'jobs', from: 'jobs LEFT JOIN answers USING (seq)'},
    {name: 'past', from: 'past'},
  ].map(({name, from}) => ({
    counts: database.prepare(`SELECT ${COUNTS} FROM ${from} WHERE ${NEWEST} GROUP BY minute`),
    durations: database.prepare(
      `SELECT ${DURATIONS} FROM ${name} WHERE ${NEWEST} AND ${ACCEPTED} GROUP BY minute, class`,
    ),
  }));

  /** @param since Unix ms @param most newest jobs that are read at most */
  return (since: number, most: number): MinuteOfJobs[] => {
    const row = last.get();
    const after = Math.max(0, (row === undefined ? 0 : numberOf(row, 'seq')) - most);
    const minutes = new Map<number, Minute>();
    for (const {counts, durations} of tables) {
      for (const counted of counts.all(after, since)) {
        const minute = minuteOf(counted);
        minutes.set(minute.minute, merged(minutes.get(minute.minute), minute));
      }
      for (const counted of durations.all(after, since))
        minutes
          .get(numberOf(counted, 'minute'))
          ?.durations.push([numberOf(counted, 'class'), numberOf(counted, 'jobs')]);
    }
    return [...minutes.values()].sort((a, b) => a.minute - b.minute);
  };
}

type Minute = MinuteOfJobs & {durations: [number, number][]};

function minuteOf(row: Row): Minute {
  return {
    minute: numberOf(row, 'minute'),
    firstSeq: numberOf(row, 'first'),
    received: numberOf(row, 'received'),
    accepted: numberOf(row, 'accepted'),
    selected: numberOf(row, 'selected'),
    answered: numberOf(row, 'answered'),
    durations: [],
  };
}

/** A minute of which some jobs are packed already. */
function merged(a: Minute | undefined, b: Minute): Minute {
  if (a === undefined) return b;
  return {
    ...a,
    firstSeq: Math.min(a.firstSeq, b.firstSeq),
    received: a.received + b.received,
    accepted: a.accepted + b.accepted,
    selected: a.selected + b.selected,
    answered: a.answered + b.answered,
  };
}
