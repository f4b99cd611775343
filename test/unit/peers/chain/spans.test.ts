import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {firstBlockSince} from '../../../../src/lib/peers/chain/block-at.ts';
import {blocksIn, union, windowsIn, without, type Span} from '../../../../src/lib/peers/chain/spans.ts';

const span = fc.tuple(fc.nat(60), fc.nat(20)).map(([from, length]): Span => ({from, to: from + length}));
const blocksOf = (spans: readonly Span[]): Set<number> =>
  new Set(spans.flatMap(({from, to}) => Array.from({length: to - from + 1}, (_, index) => from + index)));

describe('spans of blocks', () => {
  it('are joined without losing or doubling a block', () => {
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        const joined = union(spans);
        expect(blocksOf(joined)).toEqual(blocksOf(spans));
        expect(blocksIn(joined)).toBe(blocksOf(spans).size);
        joined.slice(1).forEach(({from}, index) => expect(from).toBeGreaterThan(joined[index]!.to + 1));
      }),
    );
  });

  it('leave exactly what is not covered', () => {
    fc.assert(
      fc.property(span, fc.array(span), (wanted, covered) => {
        const done = blocksOf(covered);
        const expected = [...blocksOf([wanted])].filter((block) => !done.has(block));
        expect([...blocksOf(without(wanted, covered))]).toEqual(expected);
      }),
    );
  });

  it('take so many requests', () => {
    expect(
      windowsIn(
        [
          {from: 0, to: 9},
          {from: 20, to: 20},
        ],
        3,
      ),
    ).toBe(5);
  });
});

describe('firstBlockSince', () => {
  it('finds the first block of a time in a few steps, at any pace of the chain', async () => {
    const chain = fc.array(fc.oneof(fc.constant(12), fc.nat(3), fc.integer({min: 0, max: 5_000})), {
      minLength: 1,
      maxLength: 300,
    });
    await fc.assert(
      fc.asyncProperty(chain, fc.double({min: -0.1, max: 1.1, noNaN: true}), async (gaps, where) => {
        const times = gaps.reduce<number[]>((all, gap) => [...all, (all.at(-1) ?? 0) + gap], [1_000]);
        const last = times.length - 1;
        const wanted = Math.floor(1_000 + (times[last]! - 1_000) * where);
        let reads = 0;
        const found = await firstBlockSince(
          wanted,
          {first: {number: 0, timestamp: times[0]!}, last: {number: last, timestamp: times[last]!}},
          (block) => {
            reads += 1;
            return Promise.resolve(times[block]!);
          },
        );
        const expected = times.findIndex((time) => time >= wanted);
        expect(found).toBe(expected === -1 ? last : expected);
        expect(reads).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(times.length + 1)) + 2);
      }),
    );
  });
});
