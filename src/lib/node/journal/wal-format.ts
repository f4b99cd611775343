import {endianness} from 'node:os';

/** A place in a log: after `frames` frames. Salts and checksum are hex, as the bytes of the file; 0 frames: an empty log. */
export type LogPoint = {salts: string; frames: number; sum: string};

export const EMPTY_LOG: LogPoint = {salts: '-', frames: 0, sum: '-'};

/** What a write-ahead log holds. */
export type Log =
  /** There is none, or nothing is in it. */
  | {state: 'empty'}
  /** SQLite would take its beginning for no log, and all of it for nothing. */
  | {state: 'unreadable'}
  | WalkedLog;

export type WalkedLog = {
  state: 'walked';
  salts: string;
  pageSize: number;
  /** Frames from the first on, as far as their checksums are right. */
  frames: number;
  /** How many of them SQLite reads: those up to the last commit. */
  committed: number;
  /** Pages of the database after that commit; 0: there is none. */
  pages: number;
  /** Numbers of the pages that are in the committed frames. */
  written: ReadonlySet<number>;
  /** The checksum at the frame that was asked for; null: the right frames end before it. */
  sum: string | null;
  /** Behind the first wrong frame, and the transaction that it is in, there are frames of this log. */
  isBroken: boolean;
};

/** Reads `length` bytes at `offset`, fewer at the end of the file. */
export type ReadAt = (offset: number, length: number) => Buffer;

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The last bit says in which byte order the checksums read their words. */
const MAGIC = 0x377f0682;
const FORMAT = 3_007_000;
/** Frames read at once. */
const CHUNK = 64;

type Sum = readonly [number, number];

/** SQLite's checksum over bytes whose number is a multiple of 8. */
export function sumOf(bytes: Uint8Array, isBigEndian: boolean, from: Sum = [0, 0]): Sum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [first, second] = from;
  for (let at = 0; at < bytes.byteLength; at += 8) {
    first = (first + view.getUint32(at, !isBigEndian) + second) >>> 0;
    second = (second + view.getUint32(at + 4, !isBigEndian) + first) >>> 0;
  }
  return [first, second];
}

type Header = {salts: string; pageSize: number; isBigEndian: boolean; sum: Sum};

function readHeader(bytes: Buffer): Header | null {
  if (bytes.length < HEADER_BYTES) return null;
  const magic = bytes.readUInt32BE(0);
  const pageSize = bytes.readUInt32BE(8);
  const isPageSize = pageSize >= 512 && pageSize <= 65_536 && Number.isInteger(Math.log2(pageSize));
  if ((magic & ~1) >>> 0 !== MAGIC || bytes.readUInt32BE(4) !== FORMAT || !isPageSize) return null;
  const isBigEndian = (magic & 1) === 1;
  const sum = sumOf(bytes.subarray(0, 24), isBigEndian);
  if (sum[0] !== bytes.readUInt32BE(24) || sum[1] !== bytes.readUInt32BE(28)) return null;
  return {salts: bytes.toString('hex', 16, 24), pageSize, isBigEndian, sum};
}

/**
 * Reads a write-ahead log as SQLite does when it opens a database (sqlite.org/fileformat2.html#the_write_ahead_log), and looks
 * behind the place where SQLite stops.
 * @param size bytes of the file
 * @param at the frame whose checksum is asked for; 0: none
 */
export function walkLog(read: ReadAt, size: number, at = 0): Log {
  if (size <= HEADER_BYTES) return {state: 'empty'};
  const header = readHeader(read(0, HEADER_BYTES));
  if (header === null) return {state: 'unreadable'};
  const {salts, pageSize, isBigEndian} = header;
  const walked = {frames: 0, committed: 0, pages: 0};
  const written = new Set<number>();
  let uncommitted: number[] = [];
  let atSum: string | null = null;
  let sum = header.sum;
  let isRight = true;
  /** Behind the first wrong frame: whether the transaction that it is in has ended. */
  let hasEnded = false;
  let isBroken = false;
  eachFrame(read, {size, pageSize}, (frame) => {
    const hasSalts = frame.toString('hex', 8, 16) === salts;
    const pages = frame.readUInt32BE(4);
    if (isRight) {
      const next = sumOf(
        frame.subarray(FRAME_HEADER_BYTES),
        isBigEndian,
        sumOf(frame.subarray(0, 8), isBigEndian, sum),
      );
      isRight =
        hasSalts &&
        frame.readUInt32BE(0) !== 0 &&
        next[0] === frame.readUInt32BE(16) &&
        next[1] === frame.readUInt32BE(20);
      if (isRight) {
        sum = next;
        walked.frames += 1;
        if (walked.frames === at) atSum = frame.toString('hex', 16, 24);
        uncommitted.push(frame.readUInt32BE(0));
        if (pages === 0) return true;
        for (const page of uncommitted) written.add(page);
        uncommitted = [];
        walked.committed = walked.frames;
        walked.pages = pages;
        return true;
      }
    }
    if (!hasSalts) return true;
    isBroken = hasEnded;
    hasEnded ||= pages !== 0;
    return !isBroken;
  });
  return {state: 'walked', salts, pageSize, ...walked, written, sum: atSum, isBroken};
}

/** Calls `use` with each whole frame of the file, until it says false. */
function eachFrame(
  read: ReadAt,
  {size, pageSize}: {size: number; pageSize: number},
  use: (frame: Buffer) => boolean,
): void {
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  for (let offset = HEADER_BYTES; offset + frameBytes <= size;) {
    const chunk = read(offset, CHUNK * frameBytes);
    const whole = Math.floor(chunk.length / frameBytes);
    for (let index = 0; index < whole; index += 1)
      if (!use(chunk.subarray(index * frameBytes, (index + 1) * frameBytes))) return;
    // The file became shorter while it was read.
    if (whole === 0) return;
    offset += whole * frameBytes;
  }
}

/** Bytes of the index that say where the log ends. */
export const LOG_END_BYTES = 96;

/**
 * Where the log ends, as the connections of a database share it in its -shm file (sqlite.org/walformat.html): what was
 * committed last. null: the bytes are no such index.
 */
export function readLogEnd(index: Buffer): LogPoint | null {
  const isLittle = endianness() === 'LE';
  const word = (at: number): number => (isLittle ? index.readUInt32LE(at) : index.readUInt32BE(at));
  if (index.length < LOG_END_BYTES || word(0) !== FORMAT || index[12] !== 1) return null;
  // It is there twice: the copies differ while it is being changed.
  if (!index.subarray(0, 48).equals(index.subarray(48, 96))) return null;
  const frames = word(16);
  if (frames === 0) return EMPTY_LOG;
  return {salts: index.toString('hex', 32, 40), frames, sum: hexWord(word(24)) + hexWord(word(28))};
}

function hexWord(word: number): string {
  return word.toString(16).padStart(8, '0');
}
