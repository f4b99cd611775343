import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {cos, exp, sin} from '../../../../src/devnet/llm/math.ts';

/** A few units in the last place of 1. */
const CLOSE = 4 * Number.EPSILON;

describe('plain arithmetic', () => {
  it('agrees with the runtime’s functions as far as those are defined', () => {
    fc.assert(
      fc.property(fc.double({min: -700, max: 700, noNaN: true}), (x) => {
        expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(CLOSE);
        expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThan(CLOSE);
        expect(Math.abs(cos(x) - Math.cos(x))).toBeLessThan(CLOSE);
      }),
      {numRuns: 2_000},
    );
  });

  it.each([
    [exp(0), 1],
    [exp(-Infinity), 0],
    [exp(-800), 0],
    [exp(Infinity), Infinity],
    [exp(710), Infinity],
    [exp(-740), 4.2e-322],
    [sin(0), 0],
    [cos(0), 1],
    [sin(Math.PI / 2), 1],
    [cos(Math.PI), -1],
  ])('%d is %d', (value, exact) => {
    expect(value).toBe(exact);
  });
});
