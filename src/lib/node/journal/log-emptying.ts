import type {LogCopy} from './log-copier.ts';

/** Decides when the log is copied into the file, so that it can begin anew. */
export type LogEmptying = {
  /** To be called between two transactions. @returns what the next one waits for; null: for nothing */
  between(): Promise<void> | null;
  /**
   * Whether the log was emptied, and the next transaction begins it: said once. That transaction does not have to sync the log's
   * header before its frames, as no older frame is on the disk that the old header could be taken for that of.
   */
  takeEmptied(): boolean;
  /** Resolves when no copy is on its way. */
  idle(): Promise<void>;
};

export type LogEmptyingOptions = {
  /** Frames in the log, one a page; null: not known. */
  frames: () => number | null;
  /** As of {@link LogCopier}. */
  copy: (empties: boolean) => Promise<LogCopy | null>;
  /** Nothing copies the log beside the loop any more: SQLite has to, in its commits. Must not throw. */
  giveBack: () => void;
};

/** From so many on the log is copied, as SQLite does by itself (`wal_autocheckpoint`). */
const FULL_FRAMES = 1_000;

/**
 * A log begins anew with the first commit that finds all of it in the file. Beside steady writes a copy never gets there: so a
 * first one, beside the transactions, takes nearly all, and the next transaction waits for a second one, of what has come
 * meanwhile, which empties the log. The event loop waits for neither (docs/adr/0018-sync-beside-the-loop.md).
 */
export function createLogEmptying({frames, copy, giveBack}: LogEmptyingOptions): LogEmptying {
  let next = FULL_FRAMES;
  /** Frames at the last call. */
  let last = 0;
  /** The first copy took everything that was there when it began. */
  let isNear = false;
  let pass: Promise<void> | null = null;
  let isOver = false;
  let isEmptied = false;

  async function makePass(isLast: boolean): Promise<void> {
    try {
      const result = await copy(isLast);
      if (result === null) {
        isOver = true;
        giveBack();
        return;
      }
      isEmptied = result.isEmptied;
      const isWhole = isLast ? isEmptied : result.copied >= result.frames;
      isNear = isWhole && !isLast;
      // A reader keeps the rest where it is, or the disk refuses it: once more when as much again has come.
      next = isWhole ? FULL_FRAMES : Math.max(result.frames, frames() ?? 0) + FULL_FRAMES;
    } finally {
      pass = null;
    }
  }

  return {
    between() {
      if (isOver || pass !== null) return null;
      const now = frames();
      if (now === null) return null;
      // It has begun anew.
      if (now < last) {
        isNear = false;
        next = FULL_FRAMES;
      }
      last = now;
      if (now < next) return null;
      const isLast = isNear;
      pass = makePass(isLast);
      return isLast ? pass : null;
    },
    takeEmptied() {
      const was = isEmptied;
      isEmptied = false;
      return was;
    },
    idle: () => pass ?? Promise.resolve(),
  };
}
