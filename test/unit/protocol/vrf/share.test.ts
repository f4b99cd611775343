import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {sampleNumber} from '../../../../src/lib/protocol/vrf/sampling.ts';
import {numbersOf, shareOf, sharePercent, shareText} from '../../../../src/lib/protocol/vrf/share.ts';

const share = (start: bigint, end: bigint, max: bigint, precision = 6) => {
  const range = {start, end, numbers: numbersOf(max, precision)};
  return [shareOf(range), sharePercent(range), shareText(range)];
};

describe('the share of a range', () => {
  it.each([
    ['of a newcomer', share(0n, 600n, 600_000n), 0.001, '0.1 % of all jobs, about 1 in 1,000'],
    ['of everything', share(0n, 600_000n, 600_000n), 1, '100 % of all jobs'],
    ['of half', share(100n, 300_100n, 600_000n), 0.5, '50 % of all jobs, about 1 in 2'],
    [
      'where the contract has no MAX_RANGE',
      share(0n, 600_000n, 0xffffffffn),
      0.035762786,
      '3.5762 % of all jobs, about 1 in 28',
    ],
    ['of fewer digits than MAX has', share(0n, 600_000n, 600_000n, 4), 1, '100 % of all jobs'],
    ['of no range', share(0n, 0n, 600_000n), 0, '0 % of all jobs'],
    ['of an empty range', share(5n, 4n, 600_000n), 0, '0 % of all jobs'],
    ['of one number', share(7n, 8n, 16n ** 13n, 13), 0, expect.stringMatching(/^less than 0.0001 %/)],
  ])('%s', (_what, [part, , words], wantedPart, wantedWords) => {
    expect(part).toBeCloseTo(wantedPart, 9);
    expect(words).toEqual(wantedWords);
  });

  it('is how often a drawn number is selected', () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 2n ** 33n),
        fc.integer({min: 1, max: 3}),
        fc.bigInt(0n, 5_000n),
        (max, precision, size) => {
          const all = 16 ** precision;
          const drawn = Array.from({length: all}, (_, n) => sampleNumber(n.toString(16), precision, max));
          const selected = drawn.filter((r) => BigInt(r) < size).length / all;
          const numbers = numbersOf(max, precision);
          const claimed = shareOf({start: 0n, end: size, numbers});
          // The modulo leaves at most one number of each remainder over.
          expect(Math.abs(selected - claimed)).toBeLessThanOrEqual(Number(numbers) / all + 1e-9);
          if (max >= BigInt(all)) expect(selected).toBeCloseTo(claimed, 8);
        },
      ),
      {numRuns: 60},
    );
  });
});
