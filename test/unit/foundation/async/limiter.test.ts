import {getEventListeners} from 'node:events';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createLimiter} from '../../../../src/lib/foundation/async/limiter.ts';
import {settled} from '../../../support/virtual-time.ts';

const REASON = new Error('the reason');

/** Runs work that ends when the test says so. */
function stage(most: number) {
  const limiter = createLimiter(most);
  const begun: number[] = [];
  const open = new Map<number, {resolve: () => void; reject: (error: Error) => void}>();
  const outcomes = new Map<number, string>();
  const run = (id: number, signal?: AbortSignal): void => {
    limiter
      .run(
        () =>
          new Promise<void>((resolve, reject) => {
            begun.push(id);
            open.set(id, {resolve, reject});
          }),
        signal,
      )
      .then(
        () => outcomes.set(id, 'done'),
        (error: unknown) => outcomes.set(id, (error as Error).message),
      );
  };
  const end = async (id: number, well = true): Promise<void> => {
    const work = open.get(id);
    open.delete(id);
    if (well) work?.resolve();
    else work?.reject(new Error('failed'));
    await settled();
  };
  return {limiter, run, end, begun, open, outcomes};
}

describe('createLimiter', () => {
  it('runs so much at once, the rest in order, and passes on what comes of it', async () => {
    const {run, end, begun, outcomes} = stage(2);
    for (const id of [1, 2, 3, 4]) run(id);
    expect(begun).toEqual([1, 2]);
    await end(2, false);
    expect(begun).toEqual([1, 2, 3]);
    expect(outcomes.get(2)).toBe('failed');
    await end(1);
    expect([begun, outcomes.get(1)]).toEqual([[1, 2, 3, 4], 'done']);
  });

  it('frees the place of work that throws at once', async () => {
    const {limiter, run, begun} = stage(1);
    await expect(
      limiter.run(() => {
        throw REASON;
      }),
    ).rejects.toBe(REASON);
    run(1);
    expect(begun).toEqual([1]);
  });

  it('lets an abort end the wait, not what runs', async () => {
    const {run, end, begun, outcomes} = stage(1);
    const stop = new AbortController();
    run(1, stop.signal);
    run(2, stop.signal);
    run(3);
    stop.abort(REASON);
    run(4, stop.signal);
    await settled();
    expect([...outcomes]).toEqual([
      [4, 'the reason'],
      [2, 'the reason'],
    ]);
    await end(1);
    expect(outcomes.get(1)).toBe('done');
    expect(begun).toEqual([1, 3]);
  });

  it('rejects what waits and what comes once it is closed', async () => {
    const {limiter, run, end, outcomes} = stage(1);
    for (const id of [1, 2, 3]) run(id);
    limiter.close(REASON);
    run(4);
    await end(1);
    expect(Object.fromEntries(outcomes)).toEqual({
      1: 'done',
      2: 'the reason',
      3: 'the reason',
      4: 'the reason',
    });
  });

  it('never exceeds its bound, keeps the order, loses no place and leaves no listener', async () => {
    const action = fc.oneof(
      {weight: 3, arbitrary: fc.constant('run' as const)},
      fc.record({do: fc.constantFrom('end', 'fail', 'abort'), index: fc.nat(9)}),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 1, max: 4}),
        fc.array(action, {maxLength: 40}),
        async (most, actions) => {
          const {run, end, begun, open, outcomes} = stage(most);
          const stops: AbortController[] = [];
          const waits = (id: number): boolean => !begun.includes(id) && !outcomes.has(id);
          for (const one of actions) {
            if (one === 'run') run(stops.push(new AbortController()) - 1, stops.at(-1)?.signal);
            else if (one.do === 'abort') stops[one.index % Math.max(1, stops.length)]?.abort(REASON);
            else {
              const id = [...open.keys()][one.index % Math.max(1, open.size)];
              if (id !== undefined) await end(id, one.do === 'end');
            }
            await settled(1);
            expect(open.size).toBeLessThanOrEqual(most);
            if (stops.some((_stop, id) => waits(id))) expect(open.size).toBe(most);
          }
          for (let id = [...open.keys()][0]; id !== undefined; id = [...open.keys()][0]) await end(id);
          expect(begun).toEqual(begun.toSorted((a, b) => a - b));
          expect(outcomes.size).toBe(stops.length);
          for (const {signal} of stops) expect(getEventListeners(signal, 'abort')).toEqual([]);
        },
      ),
      {numRuns: 50},
    );
  });
});
