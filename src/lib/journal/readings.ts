import {clockToWire} from '../clock/vlc.ts';
import {nextReading, type Reading, type ReadingEvent} from '../clock/readings.ts';
import {isAosError, type AosError} from '../errors.ts';
import type {Database} from './driver.ts';
import {readingOf} from './rows.ts';

/**
 * The hash chain of clock readings. Its head is kept in memory while a transaction is open: `keep` after the commit,
 * `undo` after a rollback.
 * @param onTrouble told, after the commit, of an event that got no reading because the clock is at its end
 */
export function readingTable(database: Database, clockId: bigint, onTrouble: (error: AosError) => void) {
  const insert = database.prepare(
    'INSERT INTO readings (n, at, event, ref, clock, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const latest = database.prepare('SELECT * FROM readings ORDER BY n DESC LIMIT 1');
  const stored = (): Reading | null => {
    const row = latest.get();
    return row === undefined ? null : readingOf(row);
  };

  let kept = stored();
  let head = kept;
  let troubles: AosError[] = [];

  return {
    /** Runs inside a transaction. */
    append(event: ReadingEvent, at: number): void {
      let reading: Reading;
      try {
        reading = nextReading(head, event, at, clockId);
      } catch (error) {
        if (!isAosError(error, 'CLOCK_OVERFLOW')) throw error;
        // The event itself must not be lost for it; the clock stays as it was.
        troubles.push(error);
        return;
      }
      const {n, event: name, ref, clock, previous, hash} = reading;
      insert.run(n, reading.at, name, ref, JSON.stringify(clockToWire(clock)), previous, hash);
      head = reading;
    },

    /** As the file has it now; another process may write it. */
    stored,
    last: (): Reading | null => kept,

    keep(): void {
      kept = head;
      const told = troubles;
      troubles = [];
      for (const trouble of told) onTrouble(trouble);
    },

    undo(): void {
      head = kept;
      troubles = [];
    },
  };
}
