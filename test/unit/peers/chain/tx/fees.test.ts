import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  DEFAULT_MAX_FEE,
  feesFor,
  gwei,
  GWEI,
  parseGwei,
  replacementFees,
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

describe('fees of a new transaction', () => {
  it('is twice the base fee and the tip', () => {
    expect(feesFor({baseFee: 20n * GWEI, tip: GWEI}, null)).toEqual({
      maxFeePerGas: 41n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });
  });

  it('pays for the next block, never passes the bound, or refuses', () => {
    fc.assert(
      fc.property(market, fc.option(wei), ({baseFee, tip}, cap) => {
        const bound = cap ?? DEFAULT_MAX_FEE;
        const fees = attempt(() => feesFor({baseFee, tip}, cap));
        if (typeof fees === 'string') {
          expect(fees).toBe('TX_FEE_TOO_HIGH');
          expect(baseFee + tip).toBeGreaterThan(bound);
          return;
        }
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(bound);
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(baseFee + tip);
        expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(fees.maxFeePerGas);
      }),
    );
  });
});

describe('fees of a replacement', () => {
  it('are 10 % above on both and pay for the next block, or it refuses', () => {
    const old = fc
      .tuple(wei, wei)
      .map(([a, b]) => ({maxFeePerGas: a > b ? a : b, maxPriorityFeePerGas: a > b ? b : a}));
    fc.assert(
      fc.property(old, market, fc.option(wei), (before, {baseFee, tip}, cap) => {
        const fees = attempt(() => replacementFees(before, {baseFee, tip}, cap));
        if (typeof fees === 'string') {
          expect(fees).toBe('TX_FEE_TOO_HIGH');
          return;
        }
        expect(fees.maxFeePerGas * 100n).toBeGreaterThanOrEqual(before.maxFeePerGas * 110n);
        expect(fees.maxPriorityFeePerGas * 100n).toBeGreaterThanOrEqual(before.maxPriorityFeePerGas * 110n);
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(baseFee + tip);
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(cap ?? DEFAULT_MAX_FEE);
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
