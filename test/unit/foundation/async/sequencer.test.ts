import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {createSequencer} from '../../../../src/lib/foundation/async/sequencer.ts';
import {settled} from '../../../support/virtual-time.ts';

describe('createSequencer', () => {
  it('keeps the order in which tickets were taken, whichever is ready first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], {minLength: 6}), async (ready) => {
        const sequencer = createSequencer();
        const taken = ready.map(() => sequencer.take());
        const order: number[] = [];
        for (const index of ready) {
          const ticket = taken[index];
          if (ticket === undefined) continue;
          void ticket.ready.then(() => {
            order.push(index);
            ticket.done();
            ticket.done(); // again is harmless
          });
          await settled(1);
        }
        await settled();
        expect(order).toEqual([0, 1, 2, 3, 4, 5]);
      }),
    );
  });

  it('passes on when a ticket is done before it was ready', async () => {
    const sequencer = createSequencer();
    const [first, second, third] = [sequencer.take(), sequencer.take(), sequencer.take()];
    second.done();
    let came = false;
    void third.ready.then(() => (came = true));
    await settled();
    expect(came).toBe(false);
    first.done();
    await settled();
    expect(came).toBe(true);
  });
});
