import {describe, expect, it} from 'vitest';
import {createRelay} from '../../../src/lib/edge/relay.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the relay of events', () => {
  it('hands them on after the turn they happened in, in order', async () => {
    const taken: number[] = [];
    const relay = createRelay<number>((event) => taken.push(event));
    relay.push(1);
    await Promise.resolve();
    relay.push(2);
    expect(taken).toEqual([]);
    await turn();
    expect(taken).toEqual([1, 2]);
    relay.push(3);
    await turn();
    expect(taken).toEqual([1, 2, 3]);
  });

  it('hands on at once what waits when it is flushed, with what that sets off, and nothing twice', async () => {
    const taken: number[] = [];
    const relay = createRelay<number>((event) => {
      taken.push(event);
      if (event < 3) relay.push(event + 1);
    });
    relay.push(1);
    relay.flush();
    expect(taken).toEqual([1, 2, 3]);
    await turn();
    expect(taken).toEqual([1, 2, 3]);
  });
});
