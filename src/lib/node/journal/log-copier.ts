import type {DriverName} from './driver.ts';

/**
 * Frames in the log when a copy began, and how many of them are in the file now; a disk that refuses has copied none.
 * `isEmptied`: all of them, the file is synced, and the log is cut to nothing and that is synced too.
 */
export type LogCopy = {frames: number; copied: number; isEmptied: boolean};

/** Copies the log of one database into its file, beside the event loop. */
export type LogCopier = {
  /**
   * Copies what readers allow and syncs the file; one copy at a time.
   * @param empties also empties the log, where no reader needs it; nothing may be written meanwhile
   * @returns null: nothing copies, now and later
   */
  copy(empties: boolean): Promise<LogCopy | null>;
  /** Resolves when the file is closed, after a copy that is on its way. */
  close(): Promise<void>;
};

/** @param path of the database file @param driver by its name: two libraries in one process would drop each other's locks (POSIX) */
export type OpenLogCopier = (path: string, driver: DriverName) => LogCopier;
