import {describe, expect, it} from 'vitest';
import {createRelay} from '../../../../src/lib/features/run/relay.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const never = (): boolean => false;

describe('the relay of events', () => {
  it('hands them on after the turn they happened in, in order', async () => {
    const taken: number[] = [];
    const relay = createRelay<number>((event) => taken.push(event), never);
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
    }, never);
    relay.push(1);
    relay.flush();
    expect(taken).toEqual([1, 2, 3]);
    await turn();
    expect(taken).toEqual([1, 2, 3]);
  });

  it('hands on an urgent one at once, after those before it, and what it sets off after that', async () => {
    const taken: number[] = [];
    const relay = createRelay<number>(
      (event) => {
        taken.push(event);
        if (event === 2) relay.push(10);
      },
      (event) => event >= 3,
    );
    relay.push(1);
    relay.push(2);
    relay.push(3);
    expect(taken).toEqual([1, 2, 3, 10]);
    relay.push(1);
    await turn();
    expect(taken).toEqual([1, 2, 3, 10, 1]);
  });
});
