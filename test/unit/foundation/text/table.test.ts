import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {fitTable, type Column} from '../../../../src/lib/foundation/text/table.ts';

const HASH = `0x${'ab'.repeat(32)}`;
const WHAT = 'leave the AVS'.padEnd(50, '.');
const columns: Column[] = [
  {head: 'TIME', cells: ['2030-01-01'], below: 4},
  {head: 'WHAT', cells: [WHAT], below: 7},
  {head: 'FEE', cells: ['0.000025411561644 ETH'], below: 2},
  {head: 'HASH', cells: [HASH], below: 1},
];

describe('a table', () => {
  it('has its columns side by side where they fit', () => {
    expect(fitTable(columns, 200)).toHaveLength(2);
  });

  it('keeps a value with its name below the row', () => {
    expect(fitTable(columns, 80).slice(1)).toEqual([
      `2030-01-01  ${WHAT}`,
      '    fee 0.000025411561644 ETH',
      `    hash ${HASH}`,
    ]);
    expect(fitTable(columns.slice(0, 3), 70).slice(1)).toEqual([
      `2030-01-01  ${WHAT}`,
      '    fee 0.000025411561644 ETH',
    ]);
  });

  it('is never wider than asked, and loses nothing', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,30}$/);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, word), {minLength: 1, maxLength: 6}),
        fc.integer({min: 40, max: 120}),
        (pairs, width) => {
          const lines = fitTable(
            pairs.map(([head, cell], below) => ({head: head.toUpperCase(), cells: [cell], below})),
            width,
          );
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
          for (const [, cell] of pairs) expect(lines.join('\n')).toContain(cell);
        },
      ),
    );
  });
});
