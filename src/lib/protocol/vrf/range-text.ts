import type {SamplingRange} from './sampling.ts';

/** Writes a range for the journal: start, end, max and block (empty when unknown), separated by spaces. */
export function rangeText({start, end, max, block}: SamplingRange): string {
  return [start, end, max, block ?? ''].join(' ');
}

/** Reads the text of {@link rangeText}; undefined for null or a text that is not a range. */
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
