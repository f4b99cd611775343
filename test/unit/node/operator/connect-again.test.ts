import {describe, expect, it} from 'vitest';
import {createConnectAgain} from '../../../../src/lib/node/operator/connect-again.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

function stage() {
  const time = virtualTime();
  const began = time.monotonic();
  const sent: [at: number, quiet: number][] = [];
  const again = createConnectAgain(time, (quietMs) =>
    sent.push([(time.monotonic() - began) / SECOND, quietMs / SECOND]),
  );
  return {time, sent, again};
}

describe('connect on the same socket', () => {
  it('is sent again 45 s after it was accepted, and then every 5 minutes', async () => {
    const {time, sent, again} = stage();
    again.accepted();
    await time.advance(11 * MINUTE);
    expect(sent).toEqual([
      [45, 45],
      [345, 345],
      [645, 645],
    ]);
  });

  it('is not sent while jobs come, and 5 minutes after the last one', async () => {
    const {time, sent, again} = stage();
    again.accepted();
    for (let n = 0; n < 60; n += 1) {
      await time.advance(30 * SECOND);
      again.jobCame();
    }
    expect(sent).toEqual([]);
    await time.advance(5 * MINUTE);
    expect(sent).toEqual([[2_100, 300]]);
    await time.advance(5 * MINUTE);
    expect(sent.at(-1)).toEqual([2_400, 600]);
  });

  it('begins anew on each socket, and leaves no timer behind', async () => {
    const {time, sent, again} = stage();
    again.accepted();
    await time.advance(40 * SECOND);
    again.stop();
    expect(time.timers()).toBe(0);
    await time.advance(10 * MINUTE);
    expect(sent).toEqual([]);
    again.accepted();
    await time.advance(45 * SECOND);
    expect(sent).toEqual([[685, 45]]);
    again.stop();
    expect(time.timers()).toBe(0);
  });
});
