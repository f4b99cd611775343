import {clockToWire, type Clock} from '../../protocol/clock/vlc.ts';
import {nextReading, type Reading, type ReadingEvent} from '../../protocol/clock/readings.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {Database} from './driver.ts';
import {readingReads} from './reading-reads.ts';
import {readingOf} from './rows.ts';

/** Most ids in our clock: each reading stores them all, and peers can invent ids. */
const MOST_IDS = 1_000;
/** A foreign clock must leave our own counter so many steps; no honest one comes near its end, 2^32−1. */
const STEPS_LEFT = 1_000_000;
const LAST_COUNTER = 2 ** 32 - 1;

/**
 * The hash chain of clock readings. Its head is kept in memory while a transaction is open: `keep` after the commit,
 * `undo` after a rollback.
 * @param onClockProblem called after the commit for an event that got no reading because the clock reached its end
 */
export function readingTable(database: Database, clockId: bigint, onClockProblem: (error: AosError) => void) {
  const insert = database.prepare(
    'INSERT INTO readings (n, at, event, ref, clock, previous, hash, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const latest = database.prepare('SELECT * FROM readings ORDER BY n DESC LIMIT 1');
  const {about, between} = readingReads(database);
  const standing = database.prepare('SELECT * FROM readings WHERE json_extract(clock, ?) = ? ORDER BY n');
  const stored = (): Reading | null => {
    const row = latest.get();
    return row === undefined ? null : readingOf(row);
  };

  let kept = stored();
  let head = kept;
  let problems: AosError[] = [];
  /** Each problem is reported once per process: it recurs with every event. */
  const reported = new Set<string>();

  function problem(error: AosError): void {
    if (!reported.has(error.message)) problems.push(error);
    reported.add(error.message);
  }

  /** The foreign clock, unless merging it would spoil ours for good; the event then has a reading without it. */
  function mergeable(merge: Clock | null): Clock | null {
    if (merge === null) return null;
    if ((merge.get(clockId) ?? 0) > LAST_COUNTER - STEPS_LEFT) {
      problem(new AosError('CLOCK_OVERFLOW', `a job's clock would bring ours to its end; it is not merged`));
      return null;
    }
    const known = head?.clock;
    const ids = [...merge.keys()].filter((id) => known?.has(id) !== true).length + (known?.size ?? 0);
    if (ids <= MOST_IDS) return merge;
    problem(
      new AosError('CLOCK_INVALID', `jobs name more than ${MOST_IDS} clock ids; new ones are not merged`),
    );
    return null;
  }

  return {
    /** Runs inside a transaction. @param seq the job that it is about; null: none */
    append(event: ReadingEvent, at: number, seq: number | null = null): void {
      let reading: Reading;
      try {
        reading = nextReading(head, {...event, merge: mergeable(event.merge)}, at, clockId);
      } catch (error) {
        if (!isAosError(error, 'CLOCK_OVERFLOW')) throw error;
        // The event itself must not be lost for it; the clock stays as it was.
        problem(error);
        return;
      }
      const {n, event: name, ref, clock, previous, hash} = reading;
      insert.run(n, reading.at, name, ref, JSON.stringify(clockToWire(clock)), previous, hash, seq);
      head = reading;
    },

    /** As the file has it now; another process may write it. */
    stored,
    last: (): Reading | null => kept,

    /** Those about a job id, in order. */
    of: about,
    /** Readings `from` to `to`, both included. */
    between,
    /** Those at which the operator's own clock stood at `counter`: one, unless `clock_id` was changed in between. */
    standingAt: (counter: number): Reading[] =>
      standing.all(`$."${clockId}"`, String(counter)).map(readingOf),

    keep(): void {
      kept = head;
      const news = problems;
      problems = [];
      for (const error of news) onClockProblem(error);
    },

    undo(): void {
      head = kept;
      problems = [];
    },
  };
}
