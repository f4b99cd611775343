import {describe, expect, it} from 'vitest';
import {atOnce, inTurns, type Slices} from '../../../../src/lib/foundation/async/slices.ts';

function* work(done: number[], slices: number): Slices<string> {
  for (let n = 1; n <= slices; n += 1) {
    done.push(n);
    if (n < slices) yield;
  }
  return `${slices} slices`;
}

describe('work in slices', () => {
  it('is done at once', () => {
    const done: number[] = [];
    expect(atOnce(work(done, 3))).toBe('3 slices');
    expect(done).toEqual([1, 2, 3]);
  });

  it('lets the event loop turn between two slices', async () => {
    const done: number[] = [];
    const seen: number[] = [];
    const working = inTurns(work(done, 3));
    setImmediate(() => seen.push(done.length));
    expect(done).toEqual([1]);
    expect(await working).toBe('3 slices');
    expect(seen).toEqual([2]);
  });

  it('takes no turn when there is one slice', async () => {
    let turned = false;
    setImmediate(() => (turned = true));
    await inTurns(work([], 1));
    expect(turned).toBe(false);
  });

  it('ends with its signal, after the slice that is under way', async () => {
    const done: number[] = [];
    const stop = new AbortController();
    const working = inTurns(work(done, 3), stop.signal);
    stop.abort(new Error('over'));
    await expect(working).rejects.toThrow('over');
    expect(done).toEqual([1]);
  });

  it('hands on what the work throws', async () => {
    function* broken(): Slices<never> {
      throw new Error('broken');
    }
    expect(() => atOnce(broken())).toThrow('broken');
    await expect(inTurns(broken())).rejects.toThrow('broken');
  });
});
