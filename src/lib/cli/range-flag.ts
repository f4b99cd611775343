import {Flags} from '@oclif/core';
import {AosError} from '../foundation/errors/error.ts';

/** What the contract takes at most. */
const MAX = 600_000n;

/** `A,B` as a sampling range, 0 ≤ A < B ≤ 600000: what the range contract takes. */
export const rangeFlag = Flags.custom<{start: bigint; end: bigint}>({
  parse: (text) => {
    const match = /^(\d{1,20}),(\d{1,20})$/.exec(text.trim());
    const start = BigInt(match?.[1] ?? 0);
    const end = BigInt(match?.[2] ?? 0);
    if (match === null || start >= end || end > MAX) {
      throw new AosError('USAGE', '--range takes two whole numbers in order, up to 600000, such as 0,60000');
    }
    return Promise.resolve({start, end});
  },
});
