import {describe, expect, it} from 'vitest';
import {usableConfig} from '../../../../src/lib/config/usable.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {NodeTarget} from '../../../../src/lib/features/life/node.ts';
import {restartNode, type RestartOptions} from '../../../../src/lib/features/life/restart.ts';
import {unitInCgroup} from '../../../../src/lib/features/life/unit.ts';
import {emptyView, type OperatorView} from '../../../../src/lib/node/events/view.ts';
import type {ControlClient} from '../../../../src/lib/node/control/client.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

type Moment = {pid: number; view?: Partial<OperatorView>} | 'none' | 'held';

/** An operator that is something else at each look; the last one stays. */
function nodeOf(moments: readonly Moment[]): NodeTarget {
  let look = 0;
  return {
    config: usableConfig({file: null, env: {}, cwd: '/'}),
    file: null,
    connect() {
      const now = moments[Math.min(look, moments.length - 1)] ?? 'none';
      look += 1;
      if (now === 'none') return Promise.reject(new AosError('CONTROL_ABSENT', 'none'));
      if (now === 'held') return Promise.reject(new AosError('CONTROL_UNREACHABLE', 'starting'));
      const client: Pick<ControlClient, 'hello' | 'snapshot' | 'close'> = {
        hello: {
          protocol: '1.6',
          version: '0',
          nodeId: '0x0',
          network: 'devnet',
          host: 'h',
          pid: now.pid,
          journal: String(now.pid),
        },
        snapshot: {...emptyView, ...now.view},
        close: () => undefined,
      };
      return Promise.resolve(client as ControlClient);
    },
  };
}

const connected = {...emptyView.connection, state: 'connected'} as const;

function rig(moments: readonly Moment[], change: Partial<RestartOptions> = {}) {
  const time = virtualTime();
  const ran: string[] = [];
  const done = restartNode(nodeOf(moments), {
    confirm: true,
    timeoutMs: 180_000,
    allowanceMs: 3_600_000,
    time,
    signal: new AbortController().signal,
    runProgram: (program, args) => {
      ran.push([program, ...args].join(' '));
      return Promise.resolve('');
    },
    onProgress: () => undefined,
    ...change,
  }).then(
    (result) => ({result, error: null}),
    (error: unknown) => ({result: null, error}),
  );
  return {
    ran,
    time,
    async end() {
      await time.advance(200_000);
      return done;
    },
  };
}

describe('a restart', () => {
  it('is confirmed when the new process is connected', async () => {
    const moments: Moment[] = [
      {pid: 1},
      {pid: 1},
      'none',
      'held',
      {pid: 2},
      {pid: 2, view: {connection: connected}},
    ];
    const {result} = await rig(moments).end();
    expect(result).toMatchObject({oldPid: 1, newPid: 2, probed: null, unit: null});
    expect(result?.allowanceShare).toBeLessThan(0.05);
  });

  it('waits for a probe too, where the network probed the node in the hour before', async () => {
    const lately = {at: Date.UTC(2030, 0, 1) - 600_000, via: 'http'} as const;
    const old: Moment = {pid: 1, view: {lastProbe: lately}};
    const unprobed: Moment = {pid: 2, view: {connection: connected}};
    expect((await rig([old, unprobed]).end()).error).toMatchObject({
      code: 'RESTART_UNCONFIRMED',
      message: expect.stringContaining('a probe of the network') as string,
    });
    const probed: Moment = {pid: 2, view: {connection: connected, lastProbe: lately}};
    expect((await rig([old, unprobed, probed]).end()).result).toMatchObject({newPid: 2, probed: true});
  });

  it.each<[string, Moment[], string]>([
    ['the old process stays', [{pid: 1}], 'the end of the old process'],
    ['none comes', [{pid: 1}, 'none'], 'the new process'],
    ['it does not connect', [{pid: 1}, {pid: 2}], 'its connection to the dispatcher'],
  ])('is not confirmed where %s', async (_name, moments, waitsFor) => {
    const {error} = await rig(moments).end();
    expect(error).toMatchObject({
      code: 'RESTART_UNCONFIRMED',
      message: expect.stringContaining(waitsFor) as string,
    });
  });

  it('is refused with what to type where no service manager runs the operator', async () => {
    const {end, ran} = rig([{pid: 2 ** 30}], {confirm: false});
    expect((await end()).error).toMatchObject({code: 'RESTART_BY_HAND'});
    expect(ran).toEqual([]);
    expect((await rig(['none'], {confirm: false}).end()).error).toMatchObject({code: 'CONTROL_ABSENT'});
  });
});

describe('the unit of a process', () => {
  it.each([
    ['0::/system.slice/aos.service\n', {name: 'aos.service', user: false}],
    [
      '0::/user.slice/user-1000.slice/user@1000.service/app.slice/aos@main.service\n',
      {name: 'aos@main.service', user: true},
    ],
    ['0::/user.slice/user-1000.slice/session-3.scope\n', null],
    ['0::/user.slice/user-1000.slice/user@1000.service\n', null],
    ['0::/system.slice/a b.service\n', null],
    ['0::/system.slice/--force.service/..\n', null],
    ['0::/\n', null],
    ['', null],
  ])('of %j is %j', (text, unit) => {
    expect(unitInCgroup(text)).toEqual(unit);
  });
});
