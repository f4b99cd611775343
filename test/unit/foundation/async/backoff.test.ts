import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createBackoff} from '../../../../src/lib/foundation/async/backoff.ts';

describe('createBackoff', () => {
  it('doubles up to the cap and starts again after reset', () => {
    const backoff = createBackoff({firstMs: 100, capMs: 1_000, random: () => 0.5});
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('stays within a quarter of its step and never passes the cap', () => {
    fc.assert(
      fc.property(fc.array(fc.double({min: 0, max: 0.999, noNaN: true}), {maxLength: 50}), (draws) => {
        let index = 0;
        const backoff = createBackoff({firstMs: 100, capMs: 5_000, random: () => draws[index] ?? 0});
        for (; index < draws.length; index += 1) {
          const step = Math.min(5_000, 100 * 2 ** index);
          const wait = backoff.next();
          expect(wait).toBeGreaterThanOrEqual(Math.round(step * 0.75));
          expect(wait).toBeLessThanOrEqual(Math.min(5_000, Math.round(step * 1.25)));
        }
      }),
    );
  });
});
