import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createEventReader} from '../../../../src/lib/peers/worker/engine/sse.ts';

const END = fc.constantFrom('\n', '\r\n', '\r');
/** Without characters that end a line. */
const WORDS = fc.string({unit: 'binary', minLength: 1, maxLength: 8}).filter((text) => !/[\r\n]/.test(text));

describe('the events of a stream', () => {
  it('are the same wherever the network cuts it', () => {
    fc.assert(
      fc.property(
        fc.array(WORDS, {minLength: 1, maxLength: 6}),
        END,
        fc.array(fc.nat(200), {maxLength: 20}),
        (texts, lineEnd, cuts) => {
          const bytes = Buffer.from(
            texts.map((text) => `: note${lineEnd}data: ${text}${lineEnd}${lineEnd}`).join(''),
          );
          const places = [0, ...cuts.map((at) => at % bytes.length).sort((a, b) => a - b), bytes.length];
          const reader = createEventReader('an engine');
          const events = places
            .slice(1)
            .flatMap((end, index) => reader.feed(bytes.subarray(places[index], end)));
          expect(events).toEqual(texts);
        },
      ),
    );
  });

  it('have one mark of the byte order taken away, at the beginning', () => {
    const reader = createEventReader('an engine');
    expect(reader.feed(Buffer.from('\ufeffdata: \ufeffa\n\n'))).toEqual(['\ufeffa']);
  });

  it('that never end are refused at 1 MiB, however they come', () => {
    const reader = createEventReader('an engine');
    const piece = Buffer.from('x'.repeat(1024));
    reader.feed(Buffer.from('data: '));
    for (let n = 0; n < 1023; n += 1) reader.feed(piece);
    expect(() => [reader.feed(piece), reader.feed(piece)]).toThrow(/one event of more than 1 MiB/);
    const lines = createEventReader('an engine');
    const line = Buffer.from(`data: ${'x'.repeat(1024)}\n`);
    expect(() => {
      for (let n = 0; n < 1025; n += 1) lines.feed(line);
    }).toThrow(/one event of more than 1 MiB/);
  });
});
