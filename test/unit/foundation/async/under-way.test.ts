import {expect, it} from 'vitest';
import {createUnderWay} from '../../../../src/lib/foundation/async/under-way.ts';
import {settled} from '../../../support/virtual-time.ts';

/** Work that ends when the test says so. */
function stage(most: number) {
  const all = createUnderWay(most);
  const begun: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const begin = (id: number): Promise<void> =>
    all.begin(
      () =>
        new Promise<void>((resolve, reject) => {
          begun.push(id);
          ends.set(id, (error) => (error === undefined ? resolve() : reject(error)));
        }),
    );
  return {all, begun, begin, end: (id: number, error?: Error) => ends.get(id)?.(error)};
}

it('begins no more than so many at once, and waits for all of them at the end', async () => {
  const {all, begun, begin, end} = stage(2);
  await begin(1);
  await begin(2);
  const third = begin(3);
  await settled();
  expect(begun).toEqual([1, 2]);
  end(2);
  await third;
  expect(begun).toEqual([1, 2, 3]);
  let isOver = false;
  const over = all.end().then(() => (isOver = true));
  end(1);
  await settled();
  expect(isOver).toBe(false);
  end(3);
  await over;
});

it('throws what failed, to the next that finds no place or at the end', async () => {
  const {all, begin, end} = stage(2);
  await begin(1);
  await begin(2);
  end(1, new Error('it failed'));
  await settled();
  await expect(begin(3)).rejects.toThrow('it failed');
  end(2);
  await expect(all.end()).rejects.toThrow('it failed');
});
