import {getEventListeners} from 'node:events';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createBudget} from '../../../../src/lib/foundation/async/budget.ts';
import {settled} from '../../../support/virtual-time.ts';

/** Runs work of a weight that ends when the test says so. */
function stage(most: number) {
  const budget = createBudget(most);
  const begun: number[] = [];
  const open = new Map<number, {weight: number; end: () => void}>();
  const outcomes = new Map<number, string>();
  const run = (id: number, weight: number, signal?: AbortSignal): void => {
    budget
      .run(
        weight,
        () =>
          new Promise<void>((resolve) => {
            begun.push(id);
            open.set(id, {weight, end: resolve});
          }),
        signal,
      )
      .then(
        () => outcomes.set(id, 'done'),
        (error: unknown) => outcomes.set(id, (error as Error).message),
      );
  };
  const end = async (id: number): Promise<void> => {
    open.get(id)?.end();
    open.delete(id);
    await settled();
  };
  const used = (): number => [...open.values()].reduce((sum, {weight}) => sum + weight, 0);
  return {run, end, begun, open, outcomes, used};
}

describe('a budget', () => {
  it('is never exceeded but by one that is heavier than all of it, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({min: 1, max: 15}), {maxLength: 30}),
        fc.array(fc.nat()),
        async (weights, ends) => {
          const {run, end, begun, open, outcomes, used} = stage(10);
          for (const [id, weight] of weights.entries()) run(id, weight);
          for (let n = 0; outcomes.size < weights.length; n += 1) {
            expect(used() <= 10 || open.size === 1).toBe(true);
            const ids = [...open.keys()];
            const id = ids[(ends[n % Math.max(1, ends.length)] ?? 0) % ids.length];
            if (id === undefined) throw new Error('nothing runs, and something waits');
            await end(id);
          }
          expect(begun).toEqual(weights.map((_, id) => id));
        },
      ),
      {numRuns: 50},
    );
  });

  it('forgets one that is aborted while it waits, and begins those behind it', async () => {
    const {run, begun, outcomes} = stage(10);
    const stop = new AbortController();
    run(0, 5);
    run(1, 10, stop.signal);
    run(2, 5);
    expect(begun).toEqual([0]);
    stop.abort(new Error('over'));
    await settled();
    expect(begun).toEqual([0, 2]);
    expect(outcomes.get(1)).toBe('over');
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('gives its place back when the work fails', async () => {
    const budget = createBudget(1);
    await expect(budget.run(1, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await budget.run(1, () => Promise.resolve('next'))).toBe('next');
  });
});
