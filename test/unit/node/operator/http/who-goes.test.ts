import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {whoGoes, type Guest} from '../../../../../src/lib/node/operator/http/who-goes.ts';

const guest = (
  network: string | null,
  state: Guest['state'] = 'idle',
  name = '',
): Guest & {name: string} => ({
  network,
  state,
  name,
});

describe('who makes room', () => {
  it('no one, while there is room', () => {
    const guests = [guest('a'), guest('b'), guest(null)];
    expect(whoGoes(guests, {most: 3, each: 1})).toEqual([]);
  });

  it('the oldest of an address with too many', () => {
    const guests = ['1', '2', '3', '4'].map((name) => guest('a', 'idle', name));
    expect(whoGoes(guests, {most: 10, each: 3}).map(({name}) => name)).toEqual(['1']);
  });

  it('of all together, the oldest of those with the most', () => {
    const flood = Array.from({length: 8}, (_, i) => guest('flood', 'idle', `f${i}`));
    const guests = [guest('prober', 'idle', 'p'), ...flood, guest('other', 'idle', 'o')];
    expect(whoGoes(guests, {most: 6, each: 8}).map(({name}) => name)).toEqual(['f0', 'f1', 'f2', 'f3']);
  });

  it('the oldest, when each address has one', () => {
    const guests = Array.from({length: 5}, (_, i) => guest(`n${i}`, 'idle', `${i}`));
    expect(whoGoes(guests, {most: 3, each: 2}).map(({name}) => name)).toEqual(['0', '1']);
  });

  it('the idle ones before those that send, never new ones and those at work', () => {
    const states = ['reading', 'idle', 'working', 'new', 'idle'] as const;
    const guests = states.map((state) => guest('a', state, state));
    expect(whoGoes(guests, {most: 1, each: 1}).map(({name}) => name)).toEqual(['reading', 'idle', 'idle']);
    expect(whoGoes(guests, {most: 3, each: 3}).map(({name}) => name)).toEqual(['idle', 'idle']);
  });

  it('those of a trusted proxy only when all together are too many', () => {
    const proxied = Array.from({length: 50}, () => guest(null));
    expect(whoGoes([...proxied, guest('a')], {most: 60, each: 4})).toEqual([]);
    expect(
      whoGoes([guest('a'), ...proxied], {most: 20, each: 4}).every(({network}) => network === null),
    ).toBe(true);
  });

  it('leaves no more than the limits, and closes no more than it has to', () => {
    const any = fc.record({
      network: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), {nil: null}),
      state: fc.constantFrom('new', 'idle', 'reading', 'working'),
    }) as fc.Arbitrary<Guest>;
    fc.assert(
      fc.property(
        fc.array(any, {maxLength: 60}),
        fc.record({most: fc.integer({min: 1, max: 40}), each: fc.integer({min: 1, max: 20})}),
        (guests, room) => {
          const gone = new Set(whoGoes(guests, room));
          const left = guests.filter((one) => !gone.has(one));
          const movable = (one: Guest): boolean => one.state === 'idle' || one.state === 'reading';
          expect([...gone].every(movable)).toBe(true);
          if (left.some(movable)) expect(left.length).toBeLessThanOrEqual(room.most);
          for (const network of ['a', 'b', 'c', 'd']) {
            const here = left.filter((one) => one.network === network);
            if (here.some(movable)) expect(here.length).toBeLessThanOrEqual(room.each);
          }
          // One more than is left would be too many, of all or of its network.
          for (const one of gone) {
            const same = left.filter(({network}) => network === one.network).length;
            expect(left.length >= room.most || (one.network !== null && same >= room.each)).toBe(true);
          }
        },
      ),
    );
  });
});
