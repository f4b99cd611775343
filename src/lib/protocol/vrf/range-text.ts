import type {SamplingRange} from './sampling.ts';

/** A range as the journal keeps it: start, end, max and block (empty when unknown), separated by spaces. */
export function rangeText({start, end, max, block}: SamplingRange): string {
  return [start, end, max, block ?? ''].join(' ');
}

/** The range that {@link rangeText} wrote; undefined for none, or a text that is no range. */
export function rangeOfText(text: string | null): SamplingRange | undefined {
  const match = text === null ? null : /^(\d+) (\d+) (\d+) (\d*)$/.exec(text);
  if (match === null) return undefined;
  const [, start = '0', end = '0', max = '0', block = ''] = match;
  return {
    start: BigInt(start),
    end: BigInt(end),
    max: BigInt(max),
    block: block === '' ? null : BigInt(block),
  };
}
