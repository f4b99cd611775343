import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createWorkQueue} from '../../../../src/lib/foundation/async/work-queue.ts';
import {settled} from '../../../support/virtual-time.ts';

/** Works jobs until the test says which of them are done. */
function stage(concurrency: number) {
  const begun: number[] = [];
  const failed: number[] = [];
  const open = new Map<number, {resolve: () => void; reject: (error: Error) => void}>();
  const queue = createWorkQueue({
    most: () => concurrency,
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
  return {queue, begun, failed, open, end};
}

describe('createWorkQueue', () => {
  it('begins one at once although it is full, and the next when there is room again', async () => {
    const {queue, begun, end} = stage(1);
    for (const seq of [1, 2]) queue.push(seq);
    queue.startNow(3);
    expect(begun).toEqual([1, 3]);
    expect([queue.active(), queue.waiting()]).toEqual([2, 1]);
    await end(1);
    expect(begun).toEqual([1, 3]);
    await end(3);
    expect(begun).toEqual([1, 3, 2]);
    queue.close();
    queue.startNow(4);
    expect([begun.length, queue.waiting()]).toEqual([3, 1]);
  });

  it('works in order of arrival, so many at once', async () => {
    const {queue, begun, end} = stage(2);
    for (const seq of [5, 3, 9, 1]) queue.push(seq);
    expect(begun).toEqual([5, 3]);
    expect([queue.active(), queue.waiting()]).toEqual([2, 2]);
    await end(3);
    expect(begun).toEqual([5, 3, 9]);
    await end(5);
    await end(9);
    await end(1);
    expect([queue.active(), queue.waiting()]).toEqual([0, 0]);
  });

  it('reports a failure and starts the next job', async () => {
    const {queue, begun, failed, end} = stage(1);
    queue.push(1);
    queue.push(2);
    await end(1, false);
    expect(failed).toEqual([1]);
    expect(begun).toEqual([1, 2]);
  });

  it('starts nothing once closed, and finishes what it has', async () => {
    const {queue, begun, end} = stage(1);
    queue.push(1);
    queue.push(2);
    queue.close();
    await end(1);
    queue.push(3);
    expect(begun).toEqual([1]);
    expect([queue.active(), queue.waiting()]).toEqual([0, 2]);
  });

  it('keeps order and its bound whatever happens when', async () => {
    const steps = fc.array(fc.oneof(fc.constant('push'), fc.nat(5), fc.constant('fail')), {maxLength: 60});
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: 4}), steps, async (concurrency, actions) => {
        const {queue, begun, failed, open, end} = stage(concurrency);
        let pushed = 0;
        for (const action of actions) {
          if (action === 'push') queue.push((pushed += 1));
          else {
            const running = [...open.keys()];
            const seq = running[typeof action === 'number' ? action % Math.max(1, running.length) : 0];
            if (seq !== undefined) await end(seq, action !== 'fail');
          }
          expect(queue.active()).toBe(open.size);
          expect(queue.active()).toBe(Math.min(concurrency, queue.active() + queue.waiting()));
        }
        for (let seq = [...open.keys()][0]; seq !== undefined; seq = [...open.keys()][0]) await end(seq);
        expect(begun).toEqual(Array.from({length: pushed}, (_, index) => index + 1));
        expect(failed.length).toBeLessThanOrEqual(pushed);
      }),
      {numRuns: 50},
    );
  });
});
