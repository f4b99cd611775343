import {OPEN_STATES, type JobState} from '../events/job-states.ts';
import type {Database, Row} from './driver.ts';
import type {pastTable} from './past.ts';
import {numberOf, stateOf, textOf} from './rows.ts';

/** Of the job that came last, and of the newest one that was accepted; Unix ms, null when there is none. */
export type Activity = {lastReceivedAt: number | null; lastAcceptedAt: number | null};

/** How many jobs of a kind of worker have no answer; `oldestAt`: when the first of them came, Unix ms. */
export type WithoutAnswer = {kind: string; waiting: number; unanswered: number; oldestAt: number};

/** How many jobs of a kind of worker are in an open state. */
export type OpenByKind = {state: JobState; kind: string; count: number};

/** How many jobs there are of which kind, and since when. Every function is synchronous. */
export function jobFigures(database: Database, past: ReturnType<typeof pastTable>) {
  const {newest, newestAccepted, firstIn, waiting, unanswered, pending, tally, open} =
    prepareFigures(database);

  return {
    counts(): Record<JobState, number> {
      const counts: Record<JobState, number> = {
        received: 0,
        selected: 0,
        unanswered: 0,
        concluded: 0,
        signed: 0,
        accepted: 0,
        expired: 0,
      };
      for (const row of tally.all()) counts[stateOf(row)] = numberOf(row, 'jobs');
      for (const [state, packed] of past.counts()) counts[state] += packed;
      return counts;
    },

    /**
     * Jobs that a worker should have answered, by kind: selected and received before `waitingSince`, or left without an
     * answer at or after `leftSince` (Unix ms).
     */
    withoutAnswer(waitingSince: number, leftSince: number): WithoutAnswer[] {
      const kinds = new Map<string, WithoutAnswer>();
      const add = (row: Row, what: 'waiting' | 'unanswered'): void => {
        const kind = textOf(row, 'kind');
        const known = kinds.get(kind) ?? {kind, waiting: 0, unanswered: 0, oldestAt: Infinity};
        const oldestAt = Math.min(known.oldestAt, numberOf(row, 'oldest'));
        kinds.set(kind, {...known, [what]: numberOf(row, 'jobs'), oldestAt});
      };
      for (const row of waiting.all(waitingSince)) add(row, 'waiting');
      for (const row of unanswered.all(leftSince)) add(row, 'unanswered');
      return [...kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    },

    /** Jobs that are on their way; those that ended without an answer are not. */
    pending(): number {
      const row = pending.get();
      return row === undefined ? 0 : numberOf(row, 'jobs');
    },

    /** Jobs that are on their way, by state and kind of worker. It reads each of them, and none that is over. */
    openByKind(): OpenByKind[] {
      return open
        .all()
        .map((row) => ({state: stateOf(row), kind: textOf(row, 'kind'), count: numberOf(row, 'jobs')}));
    },

    activity(): Activity {
      const at = (row: Row | undefined): number | null => (row === undefined ? null : numberOf(row, 'at'));
      const {receivedAt, acceptedAt} = past.activity();
      return {
        lastReceivedAt: at(newest.get()) ?? receivedAt,
        lastAcceptedAt: at(newestAccepted.get()) ?? acceptedAt,
      };
    },

    /** When the oldest job came that is on its way, Unix ms; null: there is none. */
    oldestOpenAt(): number | null {
      const first = OPEN_STATES.flatMap((state) => firstIn.all(state)).map((row) => ({
        seq: numberOf(row, 'seq'),
        at: numberOf(row, 'received_at'),
      }));
      return first.sort((a, b) => a.seq - b.seq)[0]?.at ?? null;
    },
  };
}

/** The statements of the figures. */
function prepareFigures(database: Database) {
  return {
    newest: database.prepare('SELECT received_at AS at FROM jobs ORDER BY seq DESC LIMIT 1'),
    newestAccepted: database.prepare(
      `SELECT closed_at AS at FROM jobs WHERE state = 'accepted' ORDER BY seq DESC LIMIT 1`,
    ),
    firstIn: database.prepare('SELECT seq, received_at FROM jobs WHERE state = ? ORDER BY seq LIMIT 1'),
    waiting: database.prepare(
      `SELECT kind, count(*) AS jobs, min(received_at) AS oldest FROM jobs
       WHERE state = 'selected' AND received_at < ? GROUP BY kind`,
    ),
    unanswered: database.prepare(
      `SELECT kind, count(*) AS jobs, min(received_at) AS oldest FROM jobs
       WHERE state = 'unanswered' AND closed_at >= ? GROUP BY kind`,
    ),
    pending: database.prepare(
      `SELECT count(*) AS jobs FROM jobs WHERE state IN ('received', 'selected', 'concluded', 'signed')`,
    ),
    open: database.prepare(
      `SELECT state, kind, count(*) AS jobs FROM jobs
       WHERE state IN ('received', 'selected', 'concluded', 'signed') GROUP BY state, kind`,
    ),
    tally: database.prepare('SELECT state, count(*) AS jobs FROM jobs GROUP BY state'),
  };
}
