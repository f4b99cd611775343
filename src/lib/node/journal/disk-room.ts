import {duration} from '../../foundation/time/duration.ts';

/** What is free on a file system for a user who is not root. */
export type DiskRoom = {freeBytes: number; bytes: number; freeFiles: number; files: number};

const GIB = 2 ** 30;
const DAY_MS = 86_400_000;
/** Below so much the disk is nearly full, unless half of it is free: half of a small disk is enough for a small node. */
export const LOW_BYTES = 2 * GIB;
const ENOUGH_PERCENT = 50;
/** New files are few: a journal, its log, copies before a migration. */
export const LOW_FILES = 1_000;

/**
 * Judges whether the disk of the journal is nearly full.
 * @param growthPerDay bytes by which the journal grows in a day; null: not known
 * @returns what is wrong; null: there is room
 */
export function judgeRoom(
  {freeBytes, bytes, freeFiles, files}: DiskRoom,
  growthPerDay: number | null,
): string | null {
  const percent = bytes === 0 ? 100 : Math.floor((freeBytes / bytes) * 100);
  const free = `${sizeText(freeBytes)} are free (${percent} %)`;
  if (growthPerDay !== null && growthPerDay > freeBytes) {
    const leftMs = (freeBytes / growthPerDay) * DAY_MS;
    return `${free}; the journal grows by ${sizeText(growthPerDay)} a day, so they last for ${duration(leftMs)}`;
  }
  if (isLow(freeBytes, percent)) return free;
  // Some file systems make them as they are needed and count none.
  if (files > 0 && freeFiles < LOW_FILES) return `${freeFiles} of ${files} inodes are free`;
  return null;
}

/** Whether so few bytes are free that the disk counts as nearly full. */
export function isLow(freeBytes: number, percent: number): boolean {
  return freeBytes < LOW_BYTES && percent < ENOUGH_PERCENT;
}

export function sizeText(bytes: number): string {
  return bytes < GIB ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}

/** The growth of a file, from its sizes now and then. */
export type Growth = {
  /** @param at monotonic ms */
  see(bytes: number, at: number): void;
  /** Bytes a day; null: it was not watched for long enough. */
  perDay(): number | null;
};

/** A shorter time says nothing: a backlog, or a clean-up. */
const WATCHED_MS = 30 * 60_000;
const SAMPLE_MS = 10 * 60_000;

/** Watches over the last day. */
export function createGrowth(): Growth {
  let samples: {bytes: number; at: number}[] = [];
  let last: {bytes: number; at: number} | null = null;

  return {
    see(bytes, at) {
      last = {bytes, at};
      const newest = samples.at(-1);
      if (newest !== undefined && at - newest.at < SAMPLE_MS) return;
      samples = [...samples.filter((one) => at - one.at <= DAY_MS), last];
    },
    perDay() {
      const [first] = samples;
      if (first === undefined || last === null || last.at - first.at < WATCHED_MS) return null;
      return Math.max(0, ((last.bytes - first.bytes) / (last.at - first.at)) * DAY_MS);
    },
  };
}
