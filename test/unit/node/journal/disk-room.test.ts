import {describe, expect, it} from 'vitest';
import {createGrowth, judgeRoom} from '../../../../src/lib/node/journal/disk-room.ts';

const GIB = 2 ** 30;
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const roomy = {freeBytes: 50 * GIB, bytes: 100 * GIB, freeFiles: 1_000_000, files: 2_000_000};

describe('the room on the disk', () => {
  it.each([
    ['much', roomy, null, null],
    ['much, and slow growth', roomy, GIB, null],
    ['less than 2 GiB', {...roomy, freeBytes: 1.9 * GIB}, null, /1\.9 GiB are free \(1 %\)/],
    ['half of a small disk', {...roomy, freeBytes: 300 * 2 ** 20, bytes: 500 * 2 ** 20}, null, null],
    [
      'less than half of a small disk',
      {...roomy, freeBytes: 200 * 2 ** 20, bytes: 500 * 2 ** 20},
      0,
      /200 MiB/,
    ],
    ['less than a day of growth', roomy, 100 * GIB, /grows by 100\.0 GiB a day, so they last for 12 h/],
    ['no inodes', {...roomy, freeFiles: 999}, null, /999 of 2000000 inodes/],
    ['inodes that are not counted', {...roomy, freeFiles: 0, files: 0}, null, null],
  ])('%s', (_what, room, growth, says) => {
    const found = judgeRoom(room, growth);
    if (says === null) expect(found).toBeNull();
    else expect(found).toMatch(says);
  });
});

describe('the growth of the journal', () => {
  it('is known after half an hour, and is that of the last day', () => {
    const growth = createGrowth();
    growth.see(0, 0);
    growth.see(10, 20 * MINUTE);
    expect(growth.perDay()).toBeNull();
    growth.see(GIB, 60 * MINUTE);
    expect(growth.perDay()).toBeCloseTo(24 * GIB);
    for (let at = 70 * MINUTE; at <= 3 * DAY; at += 10 * MINUTE) growth.see(GIB, at);
    expect(growth.perDay()).toBe(0);
  });

  it('of a journal that shrinks is none', () => {
    const growth = createGrowth();
    growth.see(GIB, 0);
    growth.see(0, 60 * MINUTE);
    expect(growth.perDay()).toBe(0);
  });
});
