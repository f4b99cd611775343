import {expect, it} from 'vitest';
import {watchMute} from '../../../../src/lib/node/alerts/mute-watch.ts';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const T0 = Date.UTC(2030, 0, 1);
const HOUR = 3_600_000;
const STARTED: OperatorEvent = {
  seq: 1,
  at: T0,
  type: 'started',
  nodeId: '0x1',
  network: 'devnet',
  version: '1',
  vrfPublicKey: '',
  workers: [],
  pending: 0,
};

function rig(until: number) {
  const time = virtualTime(T0);
  const seen: [number, OperatorEventBody][] = [];
  const mute = {until};
  const watch = watchMute({
    time,
    mutedUntil: () => (time.now() < mute.until ? mute.until : 0),
    emit: (event) => seen.push([(time.now() - T0) / 1_000, event]),
  });
  return {time, seen, mute, watch};
}

it('a mute is reported at the start, once, and at its end', async () => {
  const {time, seen, watch} = rig(T0 + HOUR);
  watch.onEvent(STARTED);
  await time.advance(2 * HOUR);
  expect(seen).toEqual([
    [0, {type: 'alert_mute', mutedUntil: T0 + HOUR}],
    [3_600, {type: 'alert_mute', mutedUntil: null}],
  ]);
  watch.close();
  expect(time.timers()).toBe(0);
});

it('one that comes, is made longer and is ended by hand is seen within 15 seconds each', async () => {
  const {time, seen, mute, watch} = rig(0);
  watch.onEvent(STARTED);
  for (const until of [T0 + HOUR, T0 + 2 * HOUR, 0]) {
    mute.until = until;
    await time.advance(15_000);
  }
  expect(seen.map(([, event]) => event)).toEqual(
    [T0 + HOUR, T0 + 2 * HOUR, null].map((mutedUntil) => ({type: 'alert_mute', mutedUntil})),
  );
  watch.close();
});
