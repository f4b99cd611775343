import {sumOf, type ReadAt} from '../../src/lib/node/journal/wal-format.ts';

const FORMAT = 3_007_000;
export const PAGE = 512;
export const FRAME = 24 + PAGE;
export const HEADER = 32;

/** Frames of one transaction: the pages it writes, and how many the database has afterwards. */
export type Commit = {pages: readonly number[]; size: number};

/** A write-ahead log as SQLite writes it, and where its commits end: frames and checksum. */
export function logOf(
  commits: readonly Commit[],
  {
    salts = '0102030405060708',
    isBigEndian = false,
    fill = 7,
  }: {salts?: string; isBigEndian?: boolean; fill?: number} = {},
): {bytes: Buffer; ends: {frames: number; sum: string}[]} {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(isBigEndian ? 0x377f0683 : 0x377f0682, 0);
  header.writeUInt32BE(FORMAT, 4);
  header.writeUInt32BE(PAGE, 8);
  header.write(salts, 16, 'hex');
  let sum = sumOf(header.subarray(0, 24), isBigEndian);
  header.writeUInt32BE(sum[0], 24);
  header.writeUInt32BE(sum[1], 28);
  const parts = [header];
  const ends: {frames: number; sum: string}[] = [];
  let frames = 0;
  for (const {pages, size} of commits) {
    pages.forEach((page, index) => {
      const frame = Buffer.alloc(FRAME, (fill + frames) % 251);
      frame.writeUInt32BE(page, 0);
      frame.writeUInt32BE(index === pages.length - 1 ? size : 0, 4);
      frame.write(salts, 8, 'hex');
      sum = sumOf(frame.subarray(24), isBigEndian, sumOf(frame.subarray(0, 8), isBigEndian, sum));
      frame.writeUInt32BE(sum[0], 16);
      frame.writeUInt32BE(sum[1], 20);
      parts.push(frame);
      frames += 1;
    });
    ends.push({frames, sum: parts.at(-1)!.toString('hex', 16, 24)});
  }
  return {bytes: Buffer.concat(parts), ends};
}

export function readerOf(bytes: Buffer): ReadAt {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

/** The bytes with one bit changed. */
export function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(bit / 8);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << (bit % 8)), at);
  return copy;
}
