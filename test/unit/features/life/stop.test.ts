import {describe, expect, it} from 'vitest';
import {usableConfig} from '../../../../src/lib/config/usable.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {NodeTarget} from '../../../../src/lib/features/life/node.ts';
import {stopNode, stopText} from '../../../../src/lib/features/life/stop.ts';
import {emptyView} from '../../../../src/lib/node/events/view.ts';
import type {ControlClient} from '../../../../src/lib/node/control/client.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

/** Who answers at each look: a process, none, or none while the journal is in use; the last one stays. */
type Moment = number | 'none' | 'held';

/** Stops the operator of the first look, and says what it was asked. */
async function stopped(moments: readonly Moment[]) {
  let look = 0;
  const asked: number[] = [];
  const node: NodeTarget = {
    config: usableConfig({file: null, env: {}, cwd: '/'}),
    file: null,
    connect() {
      const now = moments[Math.min(look, moments.length - 1)] ?? 'none';
      look += 1;
      if (now === 'none') return Promise.reject(new AosError('CONTROL_ABSENT', 'none'));
      if (now === 'held') return Promise.reject(new AosError('CONTROL_UNREACHABLE', 'closing'));
      const client: Pick<ControlClient, 'hello' | 'snapshot' | 'command' | 'follow' | 'close'> = {
        hello: {
          protocol: '1.5',
          version: '0',
          nodeId: '0x0',
          network: 'devnet',
          host: 'h',
          pid: now,
          journal: String(now),
        },
        snapshot: emptyView,
        command: () => {
          asked.push(now);
          return Promise.resolve(null);
        },
        // It ends without a last word.
        follow: async function* () {},
        close: () => undefined,
      };
      return Promise.resolve(client as ControlClient);
    },
  };
  const time = virtualTime();
  const done = stopNode(node, {timeoutMs: 60_000, time, signal: new AbortController().signal}).then(
    (result) => ({result, error: null}),
    (error: unknown) => ({result: null, error}),
  );
  await time.advance(70_000);
  return {...(await done), asked};
}

describe('a stop', () => {
  it('waits until the operator has let go of its journal', async () => {
    expect(await stopped([7, 7, 'held', 'held', 'none'])).toEqual({
      result: {pid: 7, pending: null, tookMs: 600},
      error: null,
      asked: [7],
    });
  });

  it('asks nothing of anyone where none runs', async () => {
    expect(await stopped(['none'])).toMatchObject({error: {code: 'CONTROL_ABSENT'}, asked: []});
  });

  it.each([
    ['one that stays', [7], 'pid 7 is still there after 1 min'],
    ['one that closes for ever', [7, 'held'], 'pid 7 is still there after 1 min'],
    [
      'a service manager that starts another before it is seen to end',
      [7, 7, 8],
      'pid 7 has ended, and pid 8 works in its place: a service manager has started it again',
    ],
  ] as const)('says what is left: %s', async (_, moments, message) => {
    expect((await stopped(moments)).error).toMatchObject({code: 'OPERATOR_STAYS', message});
  });

  it.each([
    [null, 'stopped: pid 7, after 2 s'],
    [0, 'stopped: pid 7, after 2 s; no job is open'],
    [1, 'stopped: pid 7, after 2 s; 1 open job in the journal, which the next start continues'],
  ])('with %s open jobs', (pending, text) => {
    expect(stopText({pid: 7, pending, tookMs: 2_000})).toBe(text);
  });
});
