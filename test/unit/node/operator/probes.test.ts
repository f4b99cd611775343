import {describe, expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import type {Caller} from '../../../../src/lib/node/operator/http/caller.ts';
import {createProbePace} from '../../../../src/lib/node/operator/probe-pace.ts';
import {createProbes} from '../../../../src/lib/node/operator/probes.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

function stage(countsLocal = false) {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const refs: string[] = [];
  let unclear = 0;
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const probes = createProbes({
    journal: {
      read: ({ref}) => {
        refs.push(ref);
        return Promise.resolve();
      },
    },
    time,
    emit,
    health: createHealth(emit, time),
    port: {unclear: () => (unclear += 1)},
    countsLocal,
    intervalMs: 10_000,
  });
  return {time, events, refs, probes, unclear: () => unclear};
}

const from = (address: string | null, rest: Partial<Caller> = {}): Caller => ({
  address,
  isLocal: false,
  isForwarded: false,
  ...rest,
});
const LOCAL = from('127.0.0.1', {isLocal: true});

describe('a probe', () => {
  it('is recorded with the address that asked, in the chain of readings too', () => {
    const {events, refs, probes} = stage();
    probes.http(from('203.0.113.7'));
    probes.websocket();
    expect(events).toEqual([
      {type: 'probe_answered', via: 'http', from: '203.0.113.7'},
      {type: 'probe_answered', via: 'websocket'},
    ]);
    expect(refs).toEqual(['http 203.0.113.7', 'websocket']);
  });

  it('of this machine is none of the network, but on a devnet', () => {
    const {events, probes, unclear} = stage();
    probes.http(LOCAL);
    expect(events).toEqual([]);
    expect(unclear()).toBe(0);
    const devnet = stage(true);
    devnet.probes.http(LOCAL);
    expect(devnet.events).toHaveLength(1);
  });

  it('that a proxy passed on without saying whose it is does not count, and is a problem', () => {
    const {events, probes, unclear} = stage();
    probes.http({...LOCAL, isForwarded: true});
    probes.http(from(null, {isForwarded: true}));
    expect(events).toEqual([]);
    expect(unclear()).toBe(2);
  });

  it('of the network is recorded while an attacker asks all the time, and its pings are too', async () => {
    const {time, events, probes} = stage();
    for (let second = 0; second < 120; second += 1) {
      for (let i = 0; i < 200; i += 1) probes.http(from('198.51.100.66'));
      if (second % 10 === 5) {
        probes.http(from('203.0.113.7'));
        probes.websocket();
      }
      await time.advance(1_000);
    }
    const of = (address: string): number =>
      events.filter((event) => event.type === 'probe_answered' && event.from === address).length;
    expect(of('203.0.113.7')).toBe(12);
    expect(
      events.filter((event) => event.type === 'probe_answered' && event.via === 'websocket'),
    ).toHaveLength(12);
    expect(events.length).toBeLessThanOrEqual(120 * 2 + 30);
  });
});

describe('the addresses that ask regularly', () => {
  it('are missed when only others ask, until they ask again', async () => {
    const {time, events, probes} = stage();
    const minutes = async (count: number, ...addresses: string[]): Promise<void> => {
      for (let i = 0; i < count * 6; i += 1) {
        for (const address of addresses) probes.http(from(address));
        await time.advance(10_000);
      }
    };
    const problems = (): unknown[] =>
      events.splice(0).filter(({type}) => type === 'problem' || type === 'recovered');
    await minutes(10, '203.0.113.7');
    expect(problems()).toEqual([]);
    await minutes(2, '198.51.100.66');
    expect(problems()).toMatchObject([
      {
        part: 'port',
        code: 'PROBES_FROM_OTHERS',
        message: expect.stringMatching(
          /^203\.0\.113\.7, which .* only others ask, 198\.51\.100\.66 last$/,
        ) as string,
      },
    ]);
    await minutes(1, '203.0.113.7', '198.51.100.66');
    expect(problems()).toMatchObject([{type: 'recovered', part: 'port'}]);
  });

  it('may change: a new one is regular after five minutes', async () => {
    const {time, events, probes} = stage();
    for (let i = 0; i < 100; i += 1) {
      probes.http(from(i < 50 ? '203.0.113.7' : '203.0.113.8'));
      await time.advance(10_000);
    }
    expect(
      events.filter(({type}) => type === 'problem' || type === 'recovered').map(({type}) => type),
    ).toEqual(['problem', 'recovered']);
  });
});

describe('the pace of recording', () => {
  it('gives each address its turn, about two a second in all', async () => {
    const time = virtualTime();
    const mayRecord = createProbePace(time);
    const recorded = new Map<string, number>();
    const addresses = Array.from({length: 20}, (_, i) => `203.0.113.${i}`);
    for (let second = 0; second < 600; second += 1) {
      for (const address of addresses)
        if (mayRecord(address)) recorded.set(address, (recorded.get(address) ?? 0) + 1);
      await time.advance(1_000);
    }
    expect(recorded.size).toBe(20);
    const counts = [...recorded.values()];
    expect(Math.min(...counts)).toBeGreaterThan(40);
    expect(counts.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(600 * 2 + 20);
  });

  it('records one new address a second at most', async () => {
    const time = virtualTime();
    const mayRecord = createProbePace(time);
    let recorded = 0;
    for (let second = 0; second < 10; second += 1) {
      for (let i = 0; i < 100; i += 1) if (mayRecord(`2001:db8::${second}:${i}`)) recorded += 1;
      await time.advance(1_000);
    }
    expect(recorded).toBe(10);
  });
});
