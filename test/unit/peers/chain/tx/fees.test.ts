import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  DEFAULT_MAX_FEE,
  DEFAULT_MAX_TIP,
  feesFor,
  gwei,
  GWEI,
  LEAST_TIP,
  parseGwei,
  replacementFees,
  type FeeBounds,
} from '../../../../../src/lib/peers/chain/tx/fees.ts';
import {isAosError} from '../../../../../src/lib/foundation/errors/error.ts';

const wei = fc.bigInt({min: 0n, max: 2_000n * GWEI});
const market = fc.record({baseFee: wei, tip: wei});

/** The value, or the code of the AosError. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (isAosError(error)) return error.code;
    throw error;
  }
}

const bounds = (over: Partial<FeeBounds> = {}): FeeBounds => ({
  maxFeePerGas: null,
  tip: null,
  maxTip: null,
  ...over,
});
const anyBounds = fc.record({maxFeePerGas: fc.option(wei), tip: fc.option(wei), maxTip: fc.option(wei)});
const REFUSED = /^TX_(FEE|TIP)_TOO_HIGH$/;

describe('fees of a new transaction', () => {
  it('is twice the base fee and the tip', () => {
    expect(feesFor({baseFee: 20n * GWEI, tip: GWEI}, bounds())).toEqual({
      maxFeePerGas: 41n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });
  });

  it('pays for the next block, never passes a bound, or refuses', () => {
    fc.assert(
      fc.property(market, anyBounds, ({baseFee, tip}, given) => {
        const bound = given.maxFeePerGas ?? DEFAULT_MAX_FEE;
        const fees = attempt(() => feesFor({baseFee, tip}, given));
        if (typeof fees === 'string') {
          expect(fees).toMatch(REFUSED);
          return;
        }
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(bound);
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(baseFee + fees.maxPriorityFeePerGas);
        expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(fees.maxFeePerGas);
        if (given.tip === null) {
          expect(fees.maxPriorityFeePerGas).toBeGreaterThanOrEqual(LEAST_TIP);
          expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(given.maxTip ?? DEFAULT_MAX_TIP);
        } else expect(fees.maxPriorityFeePerGas).toBe(given.tip);
      }),
    );
  });

  it.each([
    ['that an RPC advises at 490 gwei', 490n, {}, 'TX_TIP_TOO_HIGH'],
    ['just above the bound', 6n, {}, 'TX_TIP_TOO_HIGH'],
    ['above a bound of the operator', 3n, {maxTip: 2n * GWEI}, 'TX_TIP_TOO_HIGH'],
    ['within a bound of the operator', 20n, {maxTip: 30n * GWEI}, 20n * GWEI],
    ['that the operator gives, whatever is advised', 490n, {tip: 2n * GWEI}, 2n * GWEI],
    ['of 0 becomes the least', 0n, {}, LEAST_TIP],
  ])('a tip %s', (_name, advised, over, expected) => {
    const made = attempt(() => feesFor({baseFee: GWEI, tip: advised * GWEI}, bounds(over)));
    expect(typeof made === 'string' ? made : made.maxPriorityFeePerGas).toBe(expected);
  });
});

describe('fees of a replacement', () => {
  it('are 10 % above on both and pay for the next block, or it refuses', () => {
    const old = fc
      .tuple(wei, wei)
      .map(([a, b]) => ({maxFeePerGas: a > b ? a : b, maxPriorityFeePerGas: a > b ? b : a}));
    fc.assert(
      fc.property(old, market, anyBounds, (before, {baseFee, tip}, given) => {
        const fees = attempt(() => replacementFees(before, {baseFee, tip}, given));
        if (typeof fees === 'string') {
          expect(fees).toMatch(REFUSED);
          return;
        }
        expect(fees.maxFeePerGas * 100n).toBeGreaterThanOrEqual(before.maxFeePerGas * 110n);
        expect(fees.maxPriorityFeePerGas * 100n).toBeGreaterThanOrEqual(before.maxPriorityFeePerGas * 110n);
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(baseFee + fees.maxPriorityFeePerGas);
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(given.maxFeePerGas ?? DEFAULT_MAX_FEE);
        expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(fees.maxFeePerGas);
      }),
    );
  });
});

describe('gwei', () => {
  it('as shown and typed again is never less than the amount', () => {
    fc.assert(
      fc.property(wei, (amount) => {
        expect(parseGwei(gwei(amount))).toBeGreaterThanOrEqual(amount);
      }),
    );
  });

  it.each([
    ['12', 12n * GWEI],
    ['0.5', GWEI / 2n],
    ['0.000000001', 1n],
    ['1e3', null],
    ['-1', null],
    ['', null],
    ['1.0000000001', null],
  ])('%s', (text, expected) => {
    expect(parseGwei(text)).toBe(expected);
  });
});
