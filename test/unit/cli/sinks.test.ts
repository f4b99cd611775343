import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {createSink} from '../../../src/lib/cli/sinks.ts';

/** A stream whose writes are seen one by one, and whose reader may stand still. */
function stage(highWaterMark = 16 * 1024) {
  const stream = new PassThrough({highWaterMark});
  const pieces: string[] = [];
  const write = stream.write.bind(stream);
  stream.write = ((text: string) => {
    pieces.push(text);
    return write(text);
  }) as typeof stream.write;
  const gone: string[] = [];
  const sink = createSink(stream as unknown as NodeJS.WriteStream, {
    onGone: (reason) => gone.push(reason),
    gapLine: (dropped) => `${dropped} dropped`,
  });
  return {stream, sink, pieces, gone};
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a sink', () => {
  it('writes the lines of one turn in one piece, after it', async () => {
    const {sink, pieces} = stage();
    sink.write('a');
    sink.write('b');
    expect(pieces).toEqual([]);
    await turn();
    sink.write('c');
    await turn();
    expect(pieces).toEqual(['a\nb\n', 'c\n']);
  });

  it('writes at once when it is told to, and nothing twice', async () => {
    const {sink, pieces} = stage();
    sink.write('a');
    sink.flush();
    expect(pieces).toEqual(['a\n']);
    await turn();
    sink.write('b');
    await turn();
    expect(pieces).toEqual(['a\n', 'b\n']);
  });

  it('drops lines of a reader that stands still, within one turn too, and says how many', async () => {
    const {stream, sink, pieces} = stage();
    const line = 'x'.repeat(1024 * 1024);
    for (let n = 0; n < 8; n += 1) sink.write(line);
    await turn();
    sink.write('lost as well');
    await turn();
    const written = pieces.join('').length;
    expect(written).toBeGreaterThan(4 * 1024 * 1024);
    expect(written).toBeLessThan(6 * 1024 * 1024);
    stream.resume();
    await turn();
    sink.write('again');
    await turn();
    expect(pieces.at(-1)).toBe('5 dropped\nagain\n');
  });

  it('says once that its reader has gone, and writes no more', async () => {
    const {stream, sink, pieces, gone} = stage();
    sink.write('never');
    stream.emit('error', new Error('EPIPE'));
    stream.emit('error', new Error('EPIPE'));
    await turn();
    sink.write('nor this');
    await turn();
    expect({pieces, gone}).toEqual({pieces: [], gone: ['EPIPE']});
  });
});
