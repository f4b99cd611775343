import {EventEmitter} from 'node:events';
import {expect, it} from 'vitest';
import {onceSized} from '../../../../src/lib/features/run/terminal.ts';

/** A terminal whose size changes. */
function terminal(columns: number, rows: number) {
  const stream = Object.assign(new EventEmitter(), {columns, rows});
  const resize = (to: [number, number]): void => {
    [stream.columns, stream.rows] = to;
    stream.emit('resize');
  };
  return {stream: stream as unknown as NodeJS.WriteStream, resize};
}

it('a terminal without a size gets its dashboard when it has one, once', () => {
  let shown = 0;
  const {stream, resize} = terminal(0, 0);
  onceSized(stream, () => (shown += 1));
  resize([0, 24]);
  resize([80, 0]);
  expect(shown).toBe(0);
  resize([80, 24]);
  resize([100, 30]);
  expect(shown).toBe(1);
  expect(stream.listenerCount('resize')).toBe(0);
});

it('one that has a size gets it at once, and none after the end of the run', () => {
  let shown = 0;
  onceSized(terminal(80, 24).stream, () => (shown += 1));
  expect(shown).toBe(1);
  const {stream, resize} = terminal(0, 0);
  onceSized(stream, () => (shown += 1))();
  resize([80, 24]);
  expect(shown).toBe(1);
});
