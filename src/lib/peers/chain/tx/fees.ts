import {AosError} from '../../../foundation/errors/error.ts';

/** EIP-1559 fees in wei per gas. */
export type Fees = {maxFeePerGas: bigint; maxPriorityFeePerGas: bigint};

/** What the chain asks at present, in wei per gas. */
export type FeeMarket = {
  /** Base fee of the next block. */
  baseFee: bigint;
  tip: bigint;
};

export const GWEI = 1_000_000_000n;

/**
 * The bound where `--max-fee` gives none. Ethereum passes it for minutes a year; an RPC that names more is more likely
 * wrong than right.
 */
export const DEFAULT_MAX_FEE = 500n * GWEI;

/** What nodes want of a transaction that takes the place of another: 10 % more on both fees (geth `--txpool.pricebump`). */
const BUMP_PERCENT = 10n;

/**
 * Fees for a new transaction: twice the base fee, so that six full blocks in a row cannot price it out, plus the tip;
 * never above `cap`.
 * @param cap highest maxFeePerGas; null: {@link DEFAULT_MAX_FEE}
 * @throws AosError TX_FEE_TOO_HIGH when the next block alone costs more than `cap`
 */
export function feesFor({baseFee, tip}: FeeMarket, cap: bigint | null): Fees {
  const most = cap ?? DEFAULT_MAX_FEE;
  const now = baseFee + tip;
  if (now > most) throw tooHigh(now, most, cap === null);
  return {maxFeePerGas: lesser(baseFee * 2n + tip, most), maxPriorityFeePerGas: tip};
}

/**
 * Fees for a transaction that takes the place of one with `old`: at least 10 % above on both, and never less than what
 * a new one would offer.
 * @throws AosError TX_FEE_TOO_HIGH
 */
export function replacementFees(old: Fees, market: FeeMarket, cap: bigint | null): Fees {
  const most = cap ?? DEFAULT_MAX_FEE;
  const least: Fees = {
    maxFeePerGas: bumped(old.maxFeePerGas),
    maxPriorityFeePerGas: bumped(old.maxPriorityFeePerGas),
  };
  const needed = greater(least.maxFeePerGas, market.baseFee + market.tip);
  if (needed > most) throw tooHigh(needed, most, cap === null);
  const maxPriorityFeePerGas = greater(least.maxPriorityFeePerGas, market.tip);
  const wanted = greater(least.maxFeePerGas, market.baseFee * 2n + maxPriorityFeePerGas);
  const maxFeePerGas = greater(lesser(wanted, most), needed);
  return {maxFeePerGas, maxPriorityFeePerGas: lesser(maxPriorityFeePerGas, maxFeePerGas)};
}

function bumped(fee: bigint): bigint {
  return (fee * (100n + BUMP_PERCENT) + 99n) / 100n;
}

function tooHigh(needed: bigint, cap: bigint, isDefault: boolean): AosError {
  return new AosError(
    'TX_FEE_TOO_HIGH',
    `a transaction needs ${gwei(needed)} gwei per gas now; the bound is ${gwei(cap)}${isDefault ? ' (the default)' : ''}`,
    {details: {neededWei: needed.toString(), boundWei: cap.toString()}},
  );
}

/** Wei as gwei with up to three decimals, rounded up, so that the figure given back as `--max-fee` is enough. */
export function gwei(wei: bigint): string {
  const milli = (wei + 999_999n) / 1_000_000n;
  const fraction = (milli % 1000n).toString().padStart(3, '0').replace(/0+$/, '');
  return `${milli / 1000n}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Gwei as typed (`12`, `0.5`), in wei; null for anything else. */
export function parseGwei(text: string): bigint | null {
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (match === null) return null;
  return BigInt(match[1] ?? '0') * GWEI + BigInt((match[2] ?? '').padEnd(9, '0'));
}

const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
