import {AosError} from '../../../foundation/errors/error.ts';

/** EIP-1559 fees in wei per gas. */
export type Fees = {maxFeePerGas: bigint; maxPriorityFeePerGas: bigint};

/** The chain's current fees, in wei per gas. */
export type FeeMarket = {
  /** Base fee of the next block. */
  baseFee: bigint;
  tip: bigint;
};

export const GWEI = 1_000_000_000n;

/**
 * The default of `--max-fee`. Ethereum exceeds it for minutes a year; a higher value of an RPC is more likely wrong.
 */
export const DEFAULT_MAX_FEE = 500n * GWEI;

/** Nodes accept a replacement that raises both fees by 10 % (geth `--txpool.pricebump`). */
const BUMP_PERCENT = 10n;

/**
 * Returns fees for a new transaction (EIP-1559): twice the base fee, which covers six full blocks in a row, plus the tip;
 * at most `cap`.
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
 * Returns fees for a replacement of a transaction with the fees `old`: at least 10 % more on both, and at least the fees
 * of a new transaction.
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

/** Formats wei as gwei with up to three decimals, rounded up, so that the value works as `--max-fee`. */
export function gwei(wei: bigint): string {
  const milli = (wei + 999_999n) / 1_000_000n;
  const fraction = (milli % 1000n).toString().padStart(3, '0').replace(/0+$/, '');
  return `${milli / 1000n}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Parses gwei as typed (`12`, `0.5`) into wei; null for anything else. */
export function parseGwei(text: string): bigint | null {
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (match === null) return null;
  return BigInt(match[1] ?? '0') * GWEI + BigInt((match[2] ?? '').padEnd(9, '0'));
}

const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
