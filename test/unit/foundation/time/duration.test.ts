import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseTime} from '../../../../src/lib/cli/flags.ts';
import {duration as durationValue} from '../../../../src/lib/config/values.ts';
import {
  duration,
  DURATION_PATTERN,
  durationText,
  MAX_TIMER_MS,
  measured,
  parseDuration,
} from '../../../../src/lib/foundation/time/duration.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('a time as it is typed', () => {
  it.each([
    ['500ms', 500],
    ['2s', 2 * SECOND],
    ['2', 2 * SECOND],
    ['0.5', 500],
    ['90m', 1.5 * HOUR],
    ['1h30m', 1.5 * HOUR],
    ['1.5h', 1.5 * HOUR],
    ['1h', HOUR],
    ['30d', 30 * DAY],
    ['4w', 28 * DAY],
    ['1y', 365 * DAY],
    ['1d2h3m4s5ms', 93_784_005],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
    expect(text).toMatch(new RegExp(DURATION_PATTERN));
    expect(parseTime(text, 'since', {minMs: 1, maxMs: 365 * DAY})).toBe(ms);
    if (ms <= MAX_TIMER_MS) expect(durationValue(1).parse(text)).toEqual({value: ms});
  });

  it.each(['', ' ', 's', '1x', '-1s', '1h 30m', '1e3', '1.2345s', '1h30', '١s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
    expect(text).not.toMatch(new RegExp(DURATION_PATTERN));
    expect(() => parseTime(text, 'wait', {minMs: 1, maxMs: DAY})).toThrow(
      '--wait takes a time from 1ms to 1d, such as 30s, 1h30m or 2d',
    );
  });

  it('refuses what is out of bounds', () => {
    const bounds = {minMs: SECOND, maxMs: MAX_TIMER_MS};
    expect(() => parseTime('0', 'watch', bounds)).toThrow('--watch takes a time from 1s to 24d');
    expect(() => parseTime('25d', 'watch', bounds)).toThrow('--watch takes a time from 1s to 24d');
    expect(parseTime('24d', 'watch', bounds)).toBe(24 * DAY);
  });

  it('is printed so that it is read back to the same time', () => {
    fc.assert(
      fc.property(fc.integer({min: 0, max: 100 * 365 * DAY}), (ms) => {
        expect(parseDuration(durationText(ms))).toBe(ms);
      }),
    );
  });
});

describe('a time for people', () => {
  it.each([
    [0, '0 s', '0 ms'],
    [999, '1 s', '999 ms'],
    [1_500, '2 s', '1.5 s'],
    [119_000, '1 min', '119.0 s'],
    [120_000, '2 min', '2 min'],
    [3 * HOUR + 300_000, '3 h 5 min', '3 h 5 min'],
    [2 * DAY + 4 * HOUR, '2 d 4 h', '2 d 4 h'],
  ])('%d ms is %s, measured %s', (ms, text, exact) => {
    expect(duration(ms)).toBe(text);
    expect(measured(ms)).toBe(exact);
  });
});
