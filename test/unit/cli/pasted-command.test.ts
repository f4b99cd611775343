import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createTypedFilter, MOST_TYPED} from '../../../src/lib/cli/pasted-command.ts';

const paste = (text: string): string => `\u001b[200~${text}\u001b[201~`;
const feed = (...chunks: string[]): string => {
  const filter = createTypedFilter();
  return chunks.map((chunk) => filter(chunk)).join('');
};

describe('what a question sees of the keyboard', () => {
  it.each([
    ['typing', ['abc\r'], 'abc\r'],
    ['keys', ['\u001b[A\u0002\u001b'], '\u001b[A\u0002\u001b'],
    ['a paste', [paste('abc')], 'abc'],
    ['a paste never answers', [paste('abc\n')], 'abc'],
    ['only the first line of a paste', [paste('abc\r\ndef\n')], 'abc'],
    ['empty lines before it', [paste('\n\nabc\n')], 'abc'],
    ['no escape sequences of a paste', [paste('a\u001b[2Jb\u0003')], 'a[2Jb'],
    ['marks in pieces', ['\u001b[20', '0~ab', 'c\u001b[2', '01~d'], 'abcd'],
    ['two pastes', [paste('ab') + paste('cd')], 'abcd'],
  ])('%s', (_, chunks, expected) => {
    expect(feed(...chunks)).toBe(expected);
  });

  it('is never longer than a line may be, and continues after it', () => {
    const much = 'x'.repeat(1_000_000);
    expect(feed(much)).toHaveLength(MOST_TYPED);
    expect(feed(paste(much))).toHaveLength(MOST_TYPED);
    expect(feed(much, '\rabc')).toBe(`${'x'.repeat(MOST_TYPED)}\rabc`);
    // Ctrl-U empties the line.
    expect(feed(much, '\u0015abc')).toBe(`${'x'.repeat(MOST_TYPED)}\u0015abc`);
  });

  it('does not depend on how the terminal cuts it', () => {
    const text = fc.array(fc.constantFrom('a', '\r', '\u001b[200~', '\u001b[201~', 'é', '\u0003'));
    fc.assert(
      fc.property(text, fc.array(fc.nat(5)), (parts, cuts) => {
        const whole = parts.join('');
        const chunks: string[] = [];
        let rest = whole;
        for (const cut of cuts) {
          chunks.push(rest.slice(0, cut));
          rest = rest.slice(cut);
        }
        // A lone Esc is a key and cannot wait for what may come.
        fc.pre(!chunks.some((chunk) => chunk.endsWith('\u001b')));
        expect(feed(...chunks, rest)).toBe(feed(whole));
      }),
    );
  });
});
