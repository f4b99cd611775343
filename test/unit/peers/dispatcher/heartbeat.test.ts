import {WebSocket} from 'ws';
import {expect, it, onTestFinished} from 'vitest';
import {createHeartbeat} from '../../../../src/lib/peers/dispatcher/heartbeat.ts';
import {bareDispatcher} from '../../../support/bare-dispatcher.ts';

/** A clock whose timers run only when the test says so, at the time that it names. */
function handTime() {
  let now = 0;
  let due: (() => void) | undefined;
  return {
    time: {
      now: () => now,
      monotonic: () => now,
      sleep: () => Promise.reject(new Error('not used')),
      after: (_ms: number, work: () => void) => {
        due = work;
        return () => (due = undefined);
      },
    },
    /** The next look comes at this time, however late that is. */
    look(at: number): void {
      now = at;
      const work = due;
      due = undefined;
      work?.();
    },
  };
}

async function heartbeatOf() {
  const {url} = await bareDispatcher();
  const socket = new WebSocket(url);
  await new Promise((resolve) => socket.once('open', resolve));
  onTestFinished(() => socket.terminate());
  const {time, look} = handTime();
  const lost: string[] = [];
  createHeartbeat(socket, {pingIntervalMs: 1_000, time}, (reason) => lost.push(reason)).start(undefined);
  return {lost, look};
}

it('a peer that is silent is lost after two looks', async () => {
  const {lost, look} = await heartbeatOf();
  for (const at of [1_000, 2_000, 3_000, 3_250]) look(at);
  expect(lost).toEqual(['no sign of life for 3 s']);
});

it('a look that comes an interval late begins anew: we were stopped, not the peer', async () => {
  const {lost, look} = await heartbeatOf();
  for (const at of [1_000, 60_000, 61_000, 62_000]) look(at);
  expect(lost).toEqual([]);
  for (const at of [63_000, 63_250]) look(at);
  expect(lost).toEqual(['no sign of life for 3 s']);
});
