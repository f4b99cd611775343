import {numbersOf, USUAL_PRECISION, type RangeOfNumbers} from '../../protocol/vrf/share.ts';

/** A range as an event has it. */
export type RangeTexts = {start: string; end: string; max: string; precision?: number};

/** Reads the range of an event, with the count of the numbers that a job can get; null for texts that are no numbers. */
export function rangeOfNumbers({
  start,
  end,
  max,
  precision = USUAL_PRECISION,
}: RangeTexts): RangeOfNumbers | null {
  if (![start, end, max].every((text) => /^\d{1,78}$/.test(text))) return null;
  return {start: BigInt(start), end: BigInt(end), numbers: numbersOf(BigInt(max), precision)};
}
