import {PassThrough} from 'node:stream';
import {expect, it} from 'vitest';
import {firstLine} from '../../../../src/lib/features/run/first-line.ts';

const never = new Promise<void>(() => {});
const now = Promise.resolve();

it('is the text before the first line feed, in one piece', async () => {
  const stream = new PassThrough();
  const found = firstLine(stream, {ended: never, late: never});
  for (const byte of Buffer.from('{"a":"é"}\nrest\n')) stream.write(Buffer.of(byte));
  expect(await found).toEqual({state: 'line', text: '{"a":"é"}'});
});

it.each([
  ['ended', {ended: now, late: never}],
  ['late', {ended: never, late: now}],
] as const)('that does not come is %s, which are two things', async (state, ends) => {
  const stream = new PassThrough();
  stream.write('half a line');
  expect(await firstLine(stream, ends)).toEqual({state});
});
