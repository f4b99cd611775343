import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createDecoder, MAX_PASTE, type Input} from '../../../../src/lib/features/dashboard/input.ts';
import {codePoint} from '../../../support/any-text.ts';

const names = (inputs: readonly Input[]): string[] =>
  inputs.map((one) =>
    one.type === 'key' ? one.name : one.type === 'paste' ? `paste:${one.text}` : `focus:${one.on}`,
  );

describe('what a terminal sends', () => {
  it.each([
    ['letters', 'jG?', ['j', 'G', '?']],
    ['arrows, both forms', '\x1b[A\x1b[B\x1bOC\x1bOD', ['up', 'down', 'right', 'left']],
    [
      'pages and ends',
      '\x1b[5~\x1b[6~\x1b[H\x1b[F\x1b[1~\x1b[4~',
      ['pgup', 'pgdn', 'home', 'end', 'home', 'end'],
    ],
    ['controls', '\x03\x1a\x0c\r\t\x7f', ['ctrl-c', 'ctrl-z', 'ctrl-l', 'enter', 'tab', 'backspace']],
    ['shift-tab and F1', '\x1b[Z\x1bOP', ['backtab', 'f1']],
    ['focus', '\x1b[I\x1b[O', ['focus:true', 'focus:false']],
    ['a paste', 'a\x1b[200~q\r\x03\x1b[201~b', ['a', 'paste:q\r\x03', 'b']],
    ['unknown sequences, Alt and mouse reports', '\x1bx\x1b[99;9z\x1b[<0;1;1Mj', ['j']],
    ['characters beyond 16 bits', '漢🎉', ['漢', '🎉']],
  ])('%s', (_name, sent, expected) => {
    expect(names(createDecoder().feed(sent))).toEqual(expected);
  });

  it('a lone ESC is the Esc key when nothing follows', () => {
    const decoder = createDecoder();
    expect(decoder.feed('\x1b')).toEqual([]);
    expect(decoder.pending()).toBe(true);
    expect(names(decoder.flush())).toEqual(['esc']);
    expect(decoder.pending()).toBe(false);
    expect(names([...decoder.feed('\x1b'), ...decoder.feed('[A')])).toEqual(['up']);
  });

  it('means the same however it is cut into chunks', () => {
    const piece = fc.constantFrom(
      'j',
      '\x1b[A',
      '\x1b[6~',
      '\x03',
      '\x1b[200~text\x1b[20x\x1b[201~',
      '\x1b[I',
      '漢',
    );
    fc.assert(
      fc.property(
        fc.array(piece, {maxLength: 20}),
        fc.infiniteStream(fc.integer({min: 1, max: 4})),
        (pieces, sizes) => {
          const whole = pieces.join('');
          const decoder = createDecoder();
          const seen: Input[] = [];
          for (let at = 0; at < whole.length;) {
            const size = sizes.next().value as number;
            seen.push(...decoder.feed(whole.slice(at, at + size)));
            at += size;
          }
          expect(names(seen)).toEqual(names(createDecoder().feed(whole)));
        },
      ),
    );
  });

  it('a megabyte of paste is one cut text, marked or not', () => {
    const text = 'q\r\x03'.repeat(350_000);
    const marked = createDecoder().feed(`\x1b[200~${text}\x1b[201~j`);
    expect(names(marked)).toEqual([`paste:${text.slice(0, MAX_PASTE)}`, 'j']);
    expect(createDecoder().feed('x'.repeat(1_000_000)).length).toBeLessThanOrEqual(64);
    const endless = createDecoder();
    for (let n = 0; n < 100; n += 1) expect(endless.feed(`\x1b[200~${'x'.repeat(10_000)}`)).toEqual([]);
  });

  it('never fails', () => {
    fc.assert(
      fc.property(fc.array(fc.string({unit: codePoint})), (chunks) => {
        const decoder = createDecoder();
        for (const chunk of chunks) decoder.feed(chunk);
        decoder.flush();
      }),
    );
  });
});
