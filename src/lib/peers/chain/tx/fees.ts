import {AosError} from '../../../foundation/errors/error.ts';
import {say, type NextStep} from '../../../foundation/next-step/next-step.ts';

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

/**
 * The default of `--max-tip`. A tip goes to the builder of the block, who may be the one that advises it, so it has a bound of
 * its own, far below that of the whole fee.
 */
export const DEFAULT_MAX_TIP = 5n * GWEI;

/** The lowest tip: node pools refuse a tip of 0 each time, and this much costs less than a cent. */
export const LEAST_TIP = GWEI / 100n;

/** What the operator decides about fees, in wei per gas; null: the default. */
export type FeeBounds = {
  /** Highest maxFeePerGas [{@link DEFAULT_MAX_FEE}]. */
  maxFeePerGas: bigint | null;
  /** The tip itself; null: as advised, at least {@link LEAST_TIP}. */
  tip: bigint | null;
  /** Highest tip that is advised or asked for [{@link DEFAULT_MAX_TIP}]. */
  maxTip: bigint | null;
};

/** Nodes accept a replacement that raises both fees by 10 % (geth `--txpool.pricebump`). */
const BUMP_PERCENT = 10n;

/**
 * Returns fees for a new transaction (EIP-1559): twice the base fee, which covers six full blocks in a row, plus the tip;
 * at most the bound.
 * @throws AosError TX_FEE_TOO_HIGH when the next block alone costs more; TX_TIP_TOO_HIGH
 */
export function feesFor(market: FeeMarket, bounds: FeeBounds): Fees {
  const tip = tipFor(market, bounds);
  const most = bounds.maxFeePerGas ?? DEFAULT_MAX_FEE;
  const now = market.baseFee + tip;
  if (now > most) throw tooHigh(now, most, {isDefault: bounds.maxFeePerGas === null});
  return {maxFeePerGas: lesser(market.baseFee * 2n + tip, most), maxPriorityFeePerGas: tip};
}

/**
 * Returns fees for a replacement of a transaction with the fees `old`: at least 10 % more on both, and at least the fees
 * of a new transaction.
 * @throws AosError TX_FEE_TOO_HIGH | TX_TIP_TOO_HIGH
 */
export function replacementFees(old: Fees, market: FeeMarket, bounds: FeeBounds): Fees {
  const most = bounds.maxFeePerGas ?? DEFAULT_MAX_FEE;
  const least: Fees = {
    maxFeePerGas: bumped(old.maxFeePerGas),
    maxPriorityFeePerGas: bumped(old.maxPriorityFeePerGas),
  };
  const tip = greater(tipFor(market, bounds), least.maxPriorityFeePerGas);
  refuseTip(tip, bounds, 'a replacement needs', outbidTip(tip));
  const needed = greater(least.maxFeePerGas, market.baseFee + tip);
  if (needed > most)
    throw tooHigh(needed, most, {
      isDefault: bounds.maxFeePerGas === null,
      // No cheaper gas lowers what the earlier one pays.
      ...(least.maxFeePerGas > most ? {next: outbidFee(needed)} : {}),
    });
  const wanted = greater(least.maxFeePerGas, market.baseFee * 2n + tip);
  return {maxFeePerGas: greater(lesser(wanted, most), needed), maxPriorityFeePerGas: tip};
}

/** The tip that the operator gave, else the advice within its bounds. @throws AosError TX_TIP_TOO_HIGH */
function tipFor(market: FeeMarket, bounds: FeeBounds): bigint {
  if (bounds.tip !== null) return bounds.tip;
  const tip = greater(market.tip, LEAST_TIP);
  refuseTip(tip, bounds, 'the RPC advises');
  return tip;
}

/**
 * Refuses a tip above the bound.
 * @param who a subject and its verb, such as `the RPC advises`
 * @param next where another RPC or a lower tip is no way out
 * @throws AosError TX_TIP_TOO_HIGH
 */
export function refuseTip(tip: bigint, {tip: given, maxTip}: FeeBounds, who: string, next?: NextStep): void {
  const most = maxTip ?? greater(given ?? 0n, DEFAULT_MAX_TIP);
  if (tip <= most) return;
  const isDefault = maxTip === null && most === DEFAULT_MAX_TIP ? ' (the default)' : '';
  throw new AosError(
    'TX_TIP_TOO_HIGH',
    `${who} a tip of ${gwei(tip)} gwei per gas; the bound is ${gwei(most)}${isDefault}`,
    {details: {tipWei: tip.toString(), boundWei: most.toString()}, ...(next === undefined ? {} : {next})},
  );
}

function bumped(fee: bigint): bigint {
  return (fee * (100n + BUMP_PERCENT) + 99n) / 100n;
}

const outbidTip = (tip: bigint): NextStep =>
  say(`It has to outbid the transaction that waits. To pay that: --max-tip ${gwei(tip)}`);
const outbidFee = (fee: bigint): NextStep =>
  say(`It has to outbid the transaction that waits. To pay that: --max-fee ${gwei(fee)}`);

function tooHigh(
  needed: bigint,
  cap: bigint,
  {isDefault, next}: {isDefault: boolean; next?: NextStep},
): AosError {
  return new AosError(
    'TX_FEE_TOO_HIGH',
    `a transaction needs ${gwei(needed)} gwei per gas now; the bound is ${gwei(cap)}${isDefault ? ' (the default)' : ''}`,
    {
      details: {neededWei: needed.toString(), boundWei: cap.toString()},
      ...(next === undefined ? {} : {next}),
    },
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
