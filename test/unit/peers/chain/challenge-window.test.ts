import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {blocksLeft, deadlineOf, firstOpenBlock} from '../../../../src/lib/peers/chain/challenge-window.ts';

/** What the contract asks of the block that contains an answer. */
const takes = (block: bigint, created: bigint, window: bigint): boolean => block <= created + window;

describe('the window of a challenge', () => {
  it('is open while the next block would take an answer, and counts the blocks that would', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 400n), fc.bigInt(0n, 60n), fc.bigInt(0n, 500n), (created, window, head) => {
        const left = blocksLeft(deadlineOf(created, window), head);
        const taking = Array.from({length: 600}, (_, n) => head + 1n + BigInt(n)).filter((block) =>
          takes(block, created, window),
        );
        expect(left).toBe(BigInt(taking.length));
        if (head >= created) expect(created >= firstOpenBlock(head, window)).toBe(left > 0n);
      }),
    );
  });
});
