import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createLatencies} from '../../../../src/lib/node/operator/latencies.ts';

const MINUTE = 60_000;

describe('latencies', () => {
  it('knows nothing of nothing', () => {
    expect(createLatencies().stats(0)).toEqual({
      p50Ms: null,
      p95Ms: null,
      signatures: 0,
      errors: 0,
      windowMs: 10 * MINUTE,
    });
  });

  it('tells percentiles to 2.5 % of the value of that rank', () => {
    const some = fc.array(fc.double({min: 0.1, max: 60_000, noNaN: true}), {minLength: 1, maxLength: 300});
    fc.assert(
      fc.property(some, (values) => {
        const latencies = createLatencies();
        for (const value of values) latencies.took(value, 5);
        const sorted = [...values].sort((a, b) => a - b);
        const rank = (share: number): number => sorted[Math.ceil(values.length * share) - 1] ?? NaN;
        const {p50Ms, p95Ms, signatures} = latencies.stats(5);
        expect(signatures).toBe(values.length);
        for (const [told, exact] of [
          [p50Ms, rank(0.5)],
          [p95Ms, rank(0.95)],
        ] as const)
          expect(Math.abs((told ?? NaN) / exact - 1)).toBeLessThan(0.032); // and three digits
      }),
    );
  });

  it('forgets what is ten minutes old', () => {
    const latencies = createLatencies();
    latencies.took(1_000, 0);
    latencies.failed(0);
    latencies.took(10, 5 * MINUTE);
    expect(latencies.stats(9 * MINUTE)).toMatchObject({signatures: 2, errors: 1});
    expect(latencies.stats(11 * MINUTE)).toMatchObject({signatures: 1, errors: 0});
    expect(latencies.stats(16 * MINUTE)).toMatchObject({signatures: 0, p50Ms: null});
  });
});
