import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {asciiText} from '../../../../src/lib/foundation/text/ascii.ts';
import {cellsOf, column, middle, wrap} from '../../../../src/lib/foundation/text/cells.ts';
import {fitTable} from '../../../../src/lib/foundation/text/table.ts';

const WIDE = ['日本語', '👩‍🚀', 'Ω', '✓', '…', 'é', 'plain'];
const text = fc.array(fc.constantFrom(...WIDE, 'word', 'longer-word'), {minLength: 1, maxLength: 8});

describe('cells of a terminal', () => {
  it('are two for CJK and emoji', () => {
    expect(WIDE.map(cellsOf)).toEqual([6, 2, 1, 1, 1, 1, 5]);
    expect(column('日本語', 5)).toBe('日本…');
    expect(middle('日本語のテキスト', 9)).toBe('日本…スト');
  });

  it('align the columns of a table', () => {
    const lines = fitTable(
      [
        {head: 'JOB', cells: ['日本語', '👩‍🚀', 'plain'], below: 2},
        {head: 'STATE', cells: ['a', 'b', 'c'], below: 1},
      ],
      80,
    );
    expect(lines).toEqual(['JOB     STATE', '日本語  a', '👩‍🚀      b', 'plain   c']);
  });

  it('bound the width of a table', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), {minLength: 1, maxLength: 5}), (rows) => {
        const lines = fitTable(
          [
            {head: 'A', cells: rows.map(([a]) => a.join(' ')), below: 2},
            {head: 'B', cells: rows.map(([, b]) => b.join(' ')), below: 1},
          ],
          100,
        );
        for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('wrap', () => {
  it.each([40, 60, 80, 120, 200])('breaks between words only, at %d columns', (width) => {
    fc.assert(
      fc.property(text, (words) => {
        const lines = wrap(words.join(' '), width);
        for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join(' ')).toBe(words.join(' '));
      }),
    );
  });

  it('keeps an address whole where it is asked to', () => {
    const address = `0x${'ab'.repeat(20)}`;
    expect(wrap(`at ${address} now`, 20, 'keep')).toEqual(['at', address, 'now']);
    expect(wrap(`at ${address} now`, 30)).toEqual(['at', address.slice(0, 30), `${address.slice(30)} now`]);
  });

  it.each([`0x${'ab'.repeat(20)}`, `0x${'AB'.repeat(32)},`])(
    'keeps the id %s whole, and breaks other words',
    (id) => {
      const long = 'a'.repeat(45);
      expect(wrap(`at ${id} ${long}`, 40, 'keep ids')).toEqual(['at', id, 'a'.repeat(40), 'aaaaa']);
    },
  );

  it('gives one line for nothing, and keeps spaces within a line', () => {
    expect(wrap('', 10)).toEqual(['']);
    expect(wrap('npm ci   (or', 20)).toEqual(['npm ci   (or']);
  });
});

describe('asciiText', () => {
  it('has one map, for reading and for what is laid out', () => {
    expect(asciiText('✓ a → b … ± ’日')).toBe("+ a -> b ... +/- '\\u{65e5}");
    expect(asciiText('✓ a → b … ± ’日', {sameWidth: true})).toBe("+ a > b ~ ? '??");
  });
});
