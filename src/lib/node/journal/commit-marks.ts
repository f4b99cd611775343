import {closeSync, openSync, readSync, realpathSync, statSync} from 'node:fs';
import type {Time} from '../../foundation/time/time.ts';
import {NOTHING, openMark, type CommitPoint, type MarkedReading} from './commit-mark.ts';
import {EMPTY_LOG, LOG_END_BYTES, readLogEnd, type LogPoint} from './wal-format.ts';
import type {Wal} from './wal.ts';

/** Keeps the mark of the last commit beside a journal that is being written. */
export type CommitMarks = {
  /** The log, whose commits are marked as they are written and as they are synced. */
  over(
    wal: Pick<Wal, 'sync' | 'checkpoint'>,
    reading: () => MarkedReading | null,
  ): Pick<Wal, 'sync' | 'checkpoint'>;
  /** Frames in the log at the last commit that was marked; null: not known. */
  frames(): number | null;
  /** Everything is in the file, and on the disk. */
  emptied(reading: MarkedReading | null): void;
  /** To be called after the database is closed: before, it would drop the locks that SQLite holds on its index (POSIX). */
  close(): void;
};

/**
 * Begins to mark the commits of an open database. Where the log ends is read from the index that SQLite shares with other
 * processes: a few bytes, as they are after each commit.
 * @param path of the database file
 * @throws AosError STATE_DIR_UNWRITABLE, or the system's error
 */
export function markCommits(
  path: string,
  options: {boot: string; reading: MarkedReading | null; time: Pick<Time, 'monotonic'>},
): CommitMarks {
  const {boot, time, reading} = options;
  const index = openIndex(path);
  const bytes = Buffer.alloc(LOG_END_BYTES);

  /** null: the index does not say. */
  function logEnd(): LogPoint | null {
    if (index === null) return EMPTY_LOG;
    try {
      return readSync(index, bytes, 0, LOG_END_BYTES, 0) === LOG_END_BYTES ? readLogEnd(bytes) : null;
    } catch {
      return null; // the mark stays where it is
    }
  }

  let frames: number | null = null;
  const pointAt = (at: MarkedReading | null): CommitPoint | null => {
    const log = logEnd();
    frames = log?.frames ?? null;
    if (log === null) return null;
    const isInFile = index !== null && log.frames === 0;
    return {log, fileBytes: isInFile ? statSync(path).size : 0, reading: at};
  };

  function open(): ReturnType<typeof openMark> {
    try {
      return openMark(path, {boot, time, first: pointAt(reading) ?? {...NOTHING, reading}});
    } catch (error) {
      if (index !== null) closeSync(index);
      throw error;
    }
  }
  const mark = open();

  function note(at: MarkedReading | null): boolean {
    const point = pointAt(at);
    if (point !== null) mark.written(point);
    return point !== null;
  }

  return {
    over: (wal, last) => ({
      async sync() {
        const isNoted = note(last());
        await wal.sync();
        if (isNoted) mark.synced();
      },
      checkpoint() {
        wal.checkpoint();
        if (note(last())) mark.synced();
      },
    }),
    frames: () => frames,
    emptied(at) {
      if (note(at)) mark.synced();
    },
    close() {
      mark.close();
      if (index !== null) closeSync(index);
    },
  };
}

/** null: the database has no log, and each commit is in the file. */
function openIndex(path: string): number | null {
  try {
    return openSync(`${realpathSync(path)}-shm`, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
