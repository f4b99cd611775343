import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createLane, createLine} from '../../../../src/lib/foundation/async/work-queue.ts';
import {settled} from '../../../support/virtual-time.ts';

/** Works jobs until it is told which of them are done. */
function stage(concurrency: number) {
  const begun: number[] = [];
  const failed: number[] = [];
  const open = new Map<number, {resolve: () => void; reject: (error: Error) => void}>();
  const lane = createLane({
    concurrency,
    work: (seq) =>
      new Promise((resolve, reject) => {
        begun.push(seq);
        open.set(seq, {resolve, reject});
      }),
    onFailure: (seq) => failed.push(seq),
  });
  const end = async (seq: number, well = true): Promise<void> => {
    const job = open.get(seq);
    open.delete(seq);
    if (well) job?.resolve();
    else job?.reject(new Error('failed'));
    await settled();
  };
  return {lane, begun, failed, open, end};
}

describe('a lane', () => {
  it('works in order of arrival, so many at once', async () => {
    const {lane, begun, end} = stage(2);
    for (const seq of [5, 3, 9, 1]) lane.push(seq);
    expect(begun).toEqual([5, 3]);
    expect([lane.active(), lane.waiting()]).toEqual([2, 2]);
    await end(3);
    expect(begun).toEqual([5, 3, 9]);
    await end(5);
    await end(9);
    await end(1);
    expect([lane.active(), lane.waiting()]).toEqual([0, 0]);
  });

  it('tells of a failure and goes on', async () => {
    const {lane, begun, failed, end} = stage(1);
    lane.push(1);
    lane.push(2);
    await end(1, false);
    expect(failed).toEqual([1]);
    expect(begun).toEqual([1, 2]);
  });

  it('starts nothing once closed, and finishes what it has', async () => {
    const {lane, begun, end} = stage(1);
    lane.push(1);
    lane.push(2);
    lane.close();
    await end(1);
    lane.push(3);
    expect(begun).toEqual([1]);
    expect([lane.active(), lane.waiting()]).toEqual([0, 2]);
  });

  it('keeps order and its bound whatever happens when', async () => {
    const steps = fc.array(fc.oneof(fc.constant('push'), fc.nat(5), fc.constant('fail')), {maxLength: 60});
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 4}), steps, async (concurrency, actions) => {
        const {lane, begun, failed, open, end} = stage(concurrency);
        let pushed = 0;
        for (const action of actions) {
          if (action === 'push') lane.push((pushed += 1));
          else {
            const running = [...open.keys()];
            const seq = running[typeof action === 'number' ? action % Math.max(1, running.length) : 0];
            if (seq !== undefined) await end(seq, action !== 'fail');
          }
          expect(lane.active()).toBe(open.size);
          expect(lane.active()).toBe(Math.min(concurrency, lane.active() + lane.waiting()));
        }
        for (let seq = [...open.keys()][0]; seq !== undefined; seq = [...open.keys()][0]) await end(seq);
        expect(begun).toEqual(Array.from({length: pushed}, (_, index) => index + 1));
        expect(failed.length).toBeLessThanOrEqual(pushed);
      }),
      {numRuns: 50},
    );
  });
});

describe('a line', () => {
  it('is first in, first out, for many items and for undefined ones', () => {
    const line = createLine<number | undefined>();
    line.push(undefined);
    line.push(0);
    expect(line.length()).toBe(2);
    line.shift();
    expect(line.shift()).toBe(0);
    expect(line.shift()).toBeUndefined();
    const out: (number | undefined)[] = [];
    for (let n = 0; n < 10_000; n += 1) {
      line.push(n);
      if (n % 3 === 0) out.push(line.shift());
    }
    while (line.length() > 0) out.push(line.shift());
    expect(out).toEqual(Array.from({length: 10_000}, (_, n) => n));
  });
});
