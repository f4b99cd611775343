import {endianness} from 'node:os';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {readLogEnd, walkLog, type WalkedLog} from '../../../../src/lib/node/journal/wal-format.ts';
import {flipped, FRAME, HEADER, logOf, readerOf} from '../../../support/wal-log.ts';

const walk = (bytes: Buffer, at = 0) => walkLog(readerOf(bytes), bytes.length, at);

function walked(bytes: Buffer, at = 0): WalkedLog {
  const log = walk(bytes, at);
  if (log.state !== 'walked') throw new Error(log.state);
  return log;
}

const THREE = [
  {pages: [1, 2], size: 3},
  {pages: [3], size: 3},
  {pages: [1, 4, 5], size: 5},
];

describe('a write-ahead log', () => {
  it.each([true, false])('is read as it was written (big-endian checksums: %s)', (isBigEndian) => {
    const {bytes, ends} = logOf(THREE, {isBigEndian});
    expect(walked(bytes, 3)).toMatchObject({
      frames: 6,
      committed: 6,
      pages: 5,
      sum: ends[1]!.sum,
      isBroken: false,
      salts: '0102030405060708',
    });
    expect([...walked(bytes).written].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('ends at the last commit: a transaction that was not committed counts for nothing', () => {
    const {bytes} = logOf([...THREE, {pages: [6], size: 0}]);
    expect(walked(bytes)).toMatchObject({frames: 7, committed: 6, pages: 5});
  });

  it('is empty without a frame, and unreadable with another beginning', () => {
    const {bytes} = logOf(THREE);
    expect([0, 12, HEADER].map((size) => walk(bytes.subarray(0, size)).state)).toEqual([
      'empty',
      'empty',
      'empty',
    ]);
    fc.assert(
      fc.property(fc.nat(HEADER * 8 - 1), (bit) => {
        expect(walk(flipped(bytes, bit)).state).toBe('unreadable');
      }),
    );
  });

  it('ends before the frame of any changed bit', () => {
    const {bytes} = logOf(THREE);
    fc.assert(
      fc.property(fc.integer({min: HEADER * 8, max: bytes.length * 8 - 1}), (bit) => {
        const frame = Math.floor((bit / 8 - HEADER) / FRAME);
        expect(walked(flipped(bytes, bit)).frames).toBe(frame);
      }),
    );
  });

  it('is broken where whole transactions follow the damaged one, not where the last one is torn', () => {
    const {bytes} = logOf(THREE);
    const flipFrame = (frame: number) => walked(flipped(bytes, (HEADER + frame * FRAME + 100) * 8)).isBroken;
    expect([0, 1, 2, 3, 4, 5].map(flipFrame)).toEqual([true, true, true, false, false, false]);
    // What is left of a longer log before it.
    const older = logOf([...THREE, ...THREE], {salts: '0000000000000001'}).bytes;
    const reused = Buffer.concat([bytes, older.subarray(bytes.length)]);
    expect(walked(reused)).toMatchObject({frames: 6, isBroken: false});
    // A transaction that was written in part and rolled back, under one that came after it.
    const rolledBack = logOf([THREE[0]!, {pages: [7, 8, 9, 10], size: 0}], {fill: 90}).bytes;
    const over = Buffer.concat([
      bytes.subarray(0, HEADER + 3 * FRAME),
      rolledBack.subarray(HEADER + 3 * FRAME),
    ]);
    expect(walked(over)).toMatchObject({frames: 3, isBroken: false});
  });

  it('is read whatever bytes it holds', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 5_000}), (bytes) => {
        expect(['empty', 'unreadable', 'walked']).toContain(walk(Buffer.from(bytes)).state);
      }),
    );
  });
});

describe('the index of a log', () => {
  const isLittle = endianness() === 'LE';
  function index(): Buffer {
    const one = Buffer.alloc(48);
    const word = (value: number, at: number) =>
      isLittle ? one.writeUInt32LE(value, at) : one.writeUInt32BE(value, at);
    word(3_007_000, 0);
    one.writeUInt8(1, 12);
    word(42, 16);
    word(0xdeadbeef, 24);
    word(7, 28);
    one.write('0102030405060708', 32, 'hex');
    return Buffer.concat([one, one]);
  }

  it('says where the log ends', () => {
    expect(readLogEnd(index())).toEqual({salts: '0102030405060708', frames: 42, sum: 'deadbeef00000007'});
  });

  it('says nothing while it is being changed, before it is made, or cut', () => {
    const half = index();
    half.writeUInt32LE(9, 16);
    expect(readLogEnd(half)).toBeNull();
    expect(readLogEnd(Buffer.alloc(96))).toBeNull();
    expect(readLogEnd(index().subarray(0, 50))).toBeNull();
  });
});
