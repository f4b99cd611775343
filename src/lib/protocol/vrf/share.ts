import {grouped, percent} from '../../foundation/text/amounts.ts';

/** A sampling range, and how many numbers a job can get: {@link numbersOf}. */
export type RangeOfNumbers = {start: bigint; end: bigint; numbers: bigint};

/** MAX for a contract without `MAX_RANGE()`, as in the reference operator (docs/protocol.md#sampling-range). */
export const MAX_WHEN_ABSENT = 0xffffffffn;

/** The network's `chain.vrf_sort_precision`, for an operator whose configuration is not known. */
export const USUAL_PRECISION = 6;

/**
 * Returns how many numbers a job can get: the last `precision` hex digits of the VRF value, modulo MAX
 * (docs/protocol.md#sampling). A MAX above 16^precision is never reached.
 * @param max MAX of the range contract; 0 where it has none
 * @param precision `chain.vrf_sort_precision`
 */
export function numbersOf(max: bigint, precision: number): bigint {
  const digits = 16n ** BigInt(precision);
  return max > 0n && max < digits ? max : digits;
}

/** Returns the part of all untagged jobs that a range selects, 0 to 1: its size of the numbers that a job can get. */
export function shareOf(range: RangeOfNumbers): number {
  return range.numbers <= 0n ? 0 : Number((sizeOf(range) * 1_000_000_000n) / range.numbers) / 1_000_000_000;
}

/** Formats the share of a range in percent: `0.1 %`. One that selects a job never shows as 0 %. */
export function sharePercent(range: RangeOfNumbers): string {
  const size = sizeOf(range);
  return size > 0n && size * 1_000_000n < range.numbers ? 'less than 0.0001 %' : percent(size, range.numbers);
}

/** Formats the share of a range in words: `0.1 % of all jobs, about 1 in 1,000`. */
export function shareText(range: RangeOfNumbers): string {
  const size = sizeOf(range);
  const oneIn = size === 0n ? 0n : (range.numbers + size / 2n) / size;
  const inWords = oneIn < 2n ? '' : `, about 1 in ${grouped(oneIn)}`;
  return `${sharePercent(range)} of all jobs${inWords}`;
}

function sizeOf({start, end, numbers}: RangeOfNumbers): bigint {
  const size = end > start ? end - start : 0n;
  return size < numbers ? size : numbers;
}
