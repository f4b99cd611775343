import {getEventListeners} from 'node:events';
import {describe, expect, it} from 'vitest';
import {createCondition} from '../../../../src/lib/foundation/async/condition.ts';
import {settled} from '../../../support/virtual-time.ts';

describe('createCondition', () => {
  it('lets each wait end when its own condition is true, however briefly', async () => {
    const condition = createCondition();
    const {signal} = new AbortController();
    const over: number[] = [];
    let value = 0;
    for (const wanted of [0, 1, 2]) {
      void condition.until(() => value === wanted, signal).then(() => over.push(wanted));
    }
    await settled();
    expect(over).toEqual([0]);
    for (value of [2, 1, 5]) condition.changed();
    await settled();
    expect(over).toEqual([0, 2, 1]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('rejects with the reason of an abort, now or earlier, and then asks no more', async () => {
    const condition = createCondition();
    const end = new AbortController();
    const reason = new Error('the reason');
    let asked = 0;
    const isTrue = (): boolean => {
      asked += 1;
      return false;
    };
    const wait = condition.until(isTrue, end.signal);
    end.abort(reason);
    await expect(wait).rejects.toBe(reason);
    await expect(condition.until(isTrue, end.signal)).rejects.toBe(reason);
    condition.changed();
    expect(asked).toBe(1);
  });

  it('works without a signal, and a wait may begin another one', async () => {
    const condition = createCondition();
    let count = 0;
    const both = condition
      .until(() => count > 0, undefined)
      .then(() => condition.until(() => count > 1, undefined));
    for (count of [1, 2]) {
      condition.changed();
      await settled();
    }
    await both;
  });
});
