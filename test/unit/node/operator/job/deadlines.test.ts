import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createDeadlines} from '../../../../../src/lib/node/operator/job/deadlines.ts';
import {virtualTime} from '../../../../support/virtual-time.ts';

const change = fc.record({
  seq: fc.nat({max: 5}),
  /** Null: it waits no more. */
  afterMs: fc.option(fc.constantFrom(100, 1_000)),
  waitMs: fc.nat({max: 400}),
});

it('each deadline is due once, at its time, unless it was renewed or cleared', () =>
  fc.assert(
    fc.asyncProperty(fc.array(change, {maxLength: 30}), async (changes) => {
      const time = virtualTime();
      const due: [number, number][] = [];
      const deadlines = createDeadlines({time, onDue: (seq) => due.push([seq, time.monotonic()])});
      const expected: [number, number][] = [];
      const open = new Map<number, number>();
      const pass = (now: number): void => {
        for (const [seq, at] of [...open]) {
          if (at > now) continue;
          open.delete(seq);
          expected.push([seq, at]);
        }
      };
      for (const {seq, afterMs, waitMs} of changes) {
        if (afterMs === null) {
          deadlines.clear(seq);
          open.delete(seq);
        } else open.set(seq, deadlines.set(seq, afterMs));
        await time.advance(waitMs);
        pass(time.monotonic());
      }
      expect(time.timers()).toBeLessThanOrEqual(2);
      expect(time.timers() === 0).toBe(open.size === 0);
      await time.advance(2_000);
      pass(time.monotonic());
      const inOrder = (all: [number, number][]): string[] => all.map(String).sort();
      expect(inOrder(due)).toEqual(inOrder(expected));
      expect(time.timers()).toBe(0);
    }),
    {numRuns: 200},
  ));

it('nothing is due after the end', async () => {
  const time = virtualTime();
  const due: number[] = [];
  const deadlines = createDeadlines({time, onDue: (seq) => due.push(seq)});
  deadlines.set(1, 100);
  deadlines.close();
  deadlines.set(2, 100);
  await time.advance(1_000);
  expect([due, time.timers()]).toEqual([[], 0]);
});
