import {closeSync, fsync, fsyncSync, openSync, readFileSync, writeSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Time} from '../../foundation/time/time.ts';
import type {Reading} from '../../protocol/clock/readings.ts';
import {createPrivateFile, syncDirectory} from './files.ts';
import {EMPTY_LOG, sumOf, type LogPoint} from './wal-format.ts';

/** A clock reading by number and the beginning of its hash: a journal that has it has all that was committed before it. */
export type MarkedReading = {n: number; hash: string};

/** Where the journal stood after a commit. `fileBytes`: of the database file when all is in it; 0 while the log is needed. */
export type CommitPoint = {log: LogPoint; fileBytes: number; reading: MarkedReading | null};

/**
 * What a second file says of the last commit (docs/adr/0030-damage-is-seen.md). While the boot is the same, the log holds at
 * least what was `written`; after a power cut at least what was `synced`.
 */
export type Mark = {boot: string; written: CommitPoint; synced: CommitPoint};

export const NOTHING: CommitPoint = {log: EMPTY_LOG, fileBytes: 0, reading: null};

/** Two places, written in turn: when one write is cut, the mark before it is left. */
const SLOT_BYTES = 512;
const SUM_HEX = 16;
/** What the checksum is over; it and a line end follow. */
const LINE_BYTES = SLOT_BYTES - SUM_HEX - 1;
const NAME = 'aos-mark-1';
/** The mark gets to the disk at least so often while the journal is written; one that lags behind the log harms nothing. */
const SYNC_EVERY_MS = 1_000;

/** Name of the mark beside a database file. */
export function markFile(path: string): string {
  return `${path}-mark`;
}

/** The beginning of the hash that a mark keeps of a reading. */
export function markedReading({n, hash}: Pick<Reading, 'n' | 'hash'>): MarkedReading {
  return {n, hash: hash.slice(0, 16)};
}

function pointText({log, fileBytes, reading}: CommitPoint): string {
  return [log.salts, log.frames, log.sum, fileBytes, reading?.n ?? 0, reading?.hash ?? '-'].join(' ');
}

/** One place of the file: a line of words, filled up with spaces, and its checksum. */
export function encodeMark(count: number, {boot, written, synced}: Mark): Buffer {
  const text = [NAME, count, boot === '' ? '-' : boot, pointText(written), pointText(synced)].join(' ');
  const slot = Buffer.alloc(SLOT_BYTES);
  slot.fill(' ', 0, LINE_BYTES);
  slot.write(text, 0, LINE_BYTES, 'latin1');
  slot.write(`${slotSum(slot)}\n`, LINE_BYTES, 'latin1');
  return slot;
}

/** Reads one place; null: it is empty, damaged, or of another version. */
function decodeSlot(slot: Buffer): {count: number; mark: Mark} | null {
  if (slot.length !== SLOT_BYTES) return null;
  const line = slot.subarray(0, LINE_BYTES);
  const whole = Buffer.alloc(SLOT_BYTES);
  line.copy(whole);
  if (slot.toString('latin1', LINE_BYTES, SLOT_BYTES - 1) !== slotSum(whole)) return null;
  const [name, count, boot = '-', ...points] = line.toString('latin1').trimEnd().split(' ');
  if (name !== NAME || points.length !== 12) return null;
  const mark = {
    boot: boot === '-' ? '' : boot,
    written: pointOf(points.slice(0, 6)),
    synced: pointOf(points.slice(6)),
  };
  return {count: Number(count), mark};
}

function pointOf([
  salts = '-',
  frames = '0',
  sum = '-',
  bytes = '0',
  n = '0',
  hash = '-',
]: string[]): CommitPoint {
  return {
    log: {salts, frames: Number(frames), sum},
    fileBytes: Number(bytes),
    reading: n === '0' ? null : {n: Number(n), hash},
  };
}

/** @param slot one place whose checksum is still zeros */
function slotSum(slot: Buffer): string {
  const [first, second] = sumOf(slot, false);
  return hexOf(first) + hexOf(second);
}

const hexOf = (word: number): string => word.toString(16).padStart(SUM_HEX / 2, '0');

/** The newest mark in the bytes of a file; null: there is none. */
export function decodeMark(bytes: Buffer): Mark | null {
  return newest(bytes)?.mark ?? null;
}

function newest(bytes: Buffer): {count: number; mark: Mark} | null {
  const first = decodeSlot(bytes.subarray(0, SLOT_BYTES));
  const second = decodeSlot(bytes.subarray(SLOT_BYTES, 2 * SLOT_BYTES));
  if (first === null || second === null) return first ?? second;
  return first.count > second.count ? first : second;
}

/** The bytes of the mark beside a database file; none when there is no mark. @throws the system's error */
export function readMark(path: string): Buffer {
  try {
    return readFileSync(markFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

/** The mark of a journal that is being written. None of its functions throws: a mark that lags harms nothing. */
export type CommitMark = {
  /** What was committed is in the files, and on its way to the disk. */
  written(point: CommitPoint): void;
  /** What was written last is on the disk. */
  synced(): void;
  close(): void;
};

/**
 * Opens the mark beside a database file for writing, and makes it.
 * @param first where the journal stands, on the disk
 * @throws AosError STATE_DIR_UNWRITABLE, or the system's error
 */
export function openMark(
  path: string,
  {boot, first, time}: {boot: string; first: CommitPoint; time: Pick<Time, 'monotonic'>},
): CommitMark {
  const before = readMark(path);
  let count = newest(before)?.count ?? 0;
  createPrivateFile(markFile(path));
  const file = openSync(markFile(path), 'r+');
  let mark: Mark = {boot, written: first, synced: first};
  let syncedAt = time.monotonic();
  let isSyncing = false;
  let isClosed = false;

  function put(): void {
    count += 1;
    writeSync(file, encodeMark(count, mark), 0, SLOT_BYTES, (count % 2) * SLOT_BYTES);
  }

  /** For when the mark may lag: the disk that refuses it refuses the journal too, which reports it. */
  function tryPut(): void {
    try {
      put();
    } catch {
      // the place keeps the mark of before
    }
  }

  function syncNowAndThen(): void {
    if (isSyncing || time.monotonic() - syncedAt < SYNC_EVERY_MS) return;
    isSyncing = true;
    syncedAt = time.monotonic();
    fsync(file, () => {
      isSyncing = false;
      if (isClosed) closeSync(file);
    });
  }

  try {
    // Both places: neither says what another journal of this name was like.
    put();
    put();
    fsyncSync(file);
    if (before.length === 0) syncDirectory(dirname(path));
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return {
    written(point) {
      mark = {...mark, written: point};
      tryPut();
    },
    synced() {
      mark = {...mark, synced: mark.written};
      tryPut();
      syncNowAndThen();
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      if (!isSyncing) closeSync(file);
    },
  };
}
