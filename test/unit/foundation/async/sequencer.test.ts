import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createTurns} from '../../../../src/lib/foundation/async/sequencer.ts';
import {settled} from '../../../support/virtual-time.ts';

describe('turns', () => {
  it('come in the order they were taken, whoever is ready first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], {minLength: 6}), async (ready) => {
        const turns = createTurns();
        const taken = ready.map(() => turns.take());
        const order: number[] = [];
        for (const index of ready) {
          const turn = taken[index];
          if (turn === undefined) continue;
          void turn.ours.then(() => {
            order.push(index);
            turn.done();
            turn.done(); // again is harmless
          });
          await settled(1);
        }
        await settled();
        expect(order).toEqual([0, 1, 2, 3, 4, 5]);
      }),
    );
  });

  it('pass on when whoever holds one gives up before it came', async () => {
    const turns = createTurns();
    const [first, second, third] = [turns.take(), turns.take(), turns.take()];
    second.done();
    let came = false;
    void third.ours.then(() => (came = true));
    await settled();
    expect(came).toBe(false);
    first.done();
    await settled();
    expect(came).toBe(true);
  });
});
