import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {noJobAfter} from '../../../../src/lib/node/operator/no-job-after.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Jobs that come in these gaps, ms. */
const jobs = (...gaps: number[]): number[] =>
  gaps.reduce((times, gap) => [...times, (times.at(-1) ?? 0) + gap], [0]);
const every = (gap: number, count: number): number[] => jobs(...Array<number>(count - 1).fill(gap));

describe('after how much time without a job that is a problem', () => {
  it.each([
    ['no job at all', [], null, null, DAY],
    ['one job', [5], null, null, DAY],
    ['19 jobs', every(MINUTE, 19), null, MINUTE, DAY],
    ['20 jobs, one a minute', every(MINUTE, 20), null, MINUTE, 30 * MINUTE],
    ['20 jobs, one in ten minutes', every(10 * MINUTE, 20), null, 10 * MINUTE, 100 * MINUTE],
    ['30 jobs, one in six hours', every(360 * MINUTE, 28), null, 360 * MINUTE, 3_600 * MINUTE],
    ['20 a second', every(50, 10_000), null, 50, 30 * MINUTE],
    ['an even number of gaps', [...every(MINUTE, 20), 19 * MINUTE + 3 * MINUTE], null, MINUTE, 30 * MINUTE],
    ['configured', every(MINUTE, 100), 6 * 60 * MINUTE, MINUTE, 6 * 60 * MINUTE],
    ['configured, and nothing known', [], 5 * MINUTE, null, 5 * MINUTE],
  ])('%s', (_name, arrivals, configured, usualGapMs, noJobAfterMs) => {
    expect(noJobAfter(arrivals, configured)).toEqual({usualGapMs, noJobAfterMs});
  });

  it('follows the median: one long pause, or a burst, changes little', () => {
    const hour = 60 * MINUTE;
    const calm = every(hour, 40);
    const last = calm.at(-1) ?? 0;
    const disturbed = [...calm, last + 50 * hour, last + 50 * hour + 1];
    expect(noJobAfter(disturbed, null)).toEqual(noJobAfter(calm, null));
  });

  it('is never below half an hour unless it is configured, whatever the clock did', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({min: 0, max: 7 * DAY}), {maxLength: 200}), (arrivals) => {
        const {usualGapMs, noJobAfterMs} = noJobAfter(arrivals, null);
        expect(noJobAfterMs).toBeGreaterThanOrEqual(30 * MINUTE);
        expect(usualGapMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
