import {describe, expect, it} from 'vitest';
import {createFifo} from '../../../../src/lib/foundation/async/fifo.ts';

describe('createFifo', () => {
  it('is first in, first out, for many items and for undefined ones', () => {
    const fifo = createFifo<number | undefined>();
    fifo.push(undefined);
    fifo.push(0);
    expect(fifo.length()).toBe(2);
    fifo.shift();
    expect(fifo.shift()).toBe(0);
    expect(fifo.shift()).toBeUndefined();
    const out: (number | undefined)[] = [];
    for (let n = 0; n < 10_000; n += 1) {
      fifo.push(n);
      if (n % 3 === 0) out.push(fifo.shift());
    }
    while (fifo.length() > 0) out.push(fifo.shift());
    expect(out).toEqual(Array.from({length: 10_000}, (_, n) => n));
  });
});
