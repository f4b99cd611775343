import {describe, expect, it} from 'vitest';
import {nextReading, type Reading} from '../../../../src/lib/protocol/clock/readings.ts';
import type {Clock} from '../../../../src/lib/protocol/clock/vlc.ts';
import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {watchBlocks} from '../../../../src/lib/node/operator/block-watch.ts';
import {clockFacts, watchClock} from '../../../../src/lib/node/operator/clock-watch.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import type {Signer, WatchedWorker, WorkerState} from '../../../../src/lib/node/operator/ports.ts';
import {createSignerWatch} from '../../../../src/lib/node/operator/signer-watch.ts';
import {watchWorkers} from '../../../../src/lib/node/operator/worker-watch.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

function world() {
  const events: OperatorEventBody[] = [];
  const time = virtualTime();
  const end = new AbortController();
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const types = (): string[] => events.splice(0).map(({type}) => type);
  return {events, time, end, signal: end.signal, emit, types, health: createHealth(emit, time)};
}

const clockOf = (...entries: [bigint, number][]): Clock => new Map(entries);

describe('the clock', () => {
  const reading = (last: Reading | null): Reading =>
    nextReading(last, {event: 'probe_answered', ref: 'http', merge: null}, 0, 1n);

  it('is told at the start, and once a second when it has moved', async () => {
    const {time, end, signal, emit, types, events} = world();
    let last: Reading | null = reading(null);
    const done = watchClock({
      journal: {lastReading: () => last},
      merged: () => null,
      clockId: 1n,
      time,
      emit,
      signal,
    });
    await time.advance(5_000);
    expect(types()).toEqual(['clock']);
    for (let i = 0; i < 10; i += 1) {
      last = reading(last);
      await time.advance(200);
    }
    expect(events.length).toBeLessThanOrEqual(2);
    expect(events.at(-1)).toMatchObject({
      type: 'clock',
      id: '1',
      counter: last.n.toString(),
      readings: last.n,
    });
    end.abort();
    await done;
    expect(time.timers()).toBe(0);
  });

  it('says how far it is ahead of the clock that last came', () => {
    const merged = {clock: clockOf([7n, 10], [8n, 3]), at: 5, jobId: 'j'};
    const own = {...reading(null), clock: clockOf([1n, 4], [7n, 12], [8n, 3], [9n, 100])};
    expect(clockFacts(own, merged, 1n)).toEqual({
      id: '1',
      counter: '4',
      readings: 1,
      merged: {clock: {'7': '10', '8': '3'}, at: 5, jobId: 'j'},
      ahead: '6',
    });
    expect(clockFacts(own, null, 2n)).toMatchObject({counter: '0', merged: null, ahead: null});
  });

  it('tells little of a clock with very many entries', () => {
    const clock = new Map(Array.from({length: 100_000}, (_, i): [bigint, number] => [BigInt(i), 1]));
    const facts = clockFacts(reading(null), {clock, at: 0, jobId: 'j'}, 1n);
    expect(Object.keys(facts.merged?.clock ?? {})).toHaveLength(32);
  });
});

describe('the signer', () => {
  function signing() {
    const all = world();
    const state = {error: null as Error | null, calls: 0, ms: 20};
    const signer: Signer = {
      address: '0x1',
      sign: async (_message, signal) => {
        state.calls += 1;
        const {ms, error} = state;
        await all.time.sleep(ms, signal);
        if (error !== null) throw error;
        return 'signature';
      },
    };
    return {...all, state, watch: createSignerWatch(signer, all)};
  }

  it('is told every ten seconds while there is something new', async () => {
    const {time, end, signal, watch, events} = signing();
    const done = watch.run(signal);
    for (let i = 0; i < 100; i += 1) {
      void watch.signer.sign(new Uint8Array());
      await time.advance(250);
    }
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({type: 'signer_stats', signatures: 80, errors: 0, windowMs: 600_000});
    expect(events[1]).toHaveProperty('p50Ms', expect.closeTo(20, 0) as number);
    end.abort();
    await done;
    expect(time.timers()).toBe(0);
  });

  it('is tried when it was idle for a minute, and again soon while it fails', async () => {
    const {time, end, signal, watch, state, types, events} = signing();
    const done = watch.run(signal);
    await time.advance(6_000);
    expect(state.calls).toBe(1);
    await time.advance(58_000);
    expect(state.calls).toBe(1);
    types();
    state.error = new AosError('SIGNER_UNREACHABLE', 'down');
    await time.advance(6_000);
    expect(state.calls).toBe(2);
    expect(events).toMatchObject([
      {type: 'problem', part: 'signer', code: 'SIGNER_UNREACHABLE'},
      {type: 'signer_stats', signatures: 1, errors: 1},
    ]);
    await time.advance(30_000);
    expect(state.calls).toBeGreaterThanOrEqual(4);
    expect(types().filter((type) => type === 'problem')).toHaveLength(1);
    state.error = null;
    await time.advance(15_000);
    expect(types()).toContain('recovered');
    end.abort();
    await done;
  });

  it('is well again at its first good signature, and the tries of an outage are one failure', async () => {
    const {time, end, signal, watch, state, events, types} = signing();
    const done = watch.run(signal);
    const sign = async (): Promise<unknown> => {
      const signed = watch.signer.sign(new Uint8Array()).catch((error: unknown) => error);
      await time.advance(state.ms);
      return signed;
    };
    for (let i = 0; i < 50; i += 1) await sign();
    state.error = new AosError('SIGNER_UNREACHABLE', 'down');
    await time.advance(75_000); // it was idle, is tried, and tried again every ten seconds
    for (let i = 0; i < 5; i += 1) expect(await sign()).toBe(state.error);
    expect(types()).toContain('problem');
    events.length = 0;
    state.error = null;
    expect(await sign()).toBe('signature');
    // At once, and not with the next figures in ten seconds.
    expect(events).toMatchObject([
      {type: 'recovered', part: 'signer'},
      {type: 'signer_stats', signatures: 51, errors: 1},
    ]);
    end.abort();
    await done;
  });

  it('is asked once more for what hung in an outage that is over, without another problem', async () => {
    const {time, end, signal, watch, state, events} = signing();
    const done = watch.run(signal);
    const down = new AosError('SIGNER_UNREACHABLE', 'down');
    const hanging: Promise<string>[] = [];
    // Each is sent during the outage and fails 15 s later.
    state.error = down;
    state.ms = 15_000;
    for (let i = 0; i < 5; i += 1) {
      hanging.push(watch.signer.sign(new Uint8Array()));
      hanging[i]?.catch(() => undefined);
      await time.advance(4_000);
    }
    await expect(hanging[0]).rejects.toBe(down);
    state.ms = 20;
    state.error = null;
    const good = watch.signer.sign(new Uint8Array());
    await time.advance(20);
    expect(await good).toBe('signature');
    events.length = 0;
    const {calls} = state;
    await time.advance(20_000);
    expect(await Promise.all(hanging.slice(2))).toEqual(['signature', 'signature', 'signature']);
    expect(state.calls).toBe(calls + 3);
    expect(events.filter(({type}) => type === 'problem' || type === 'recovered')).toEqual([]);
    end.abort();
    await done;
  });

  it('is not tried while jobs need it, and what we give up ourselves is no error of it', async () => {
    const {time, end, signal, watch, state, events} = signing();
    const done = watch.run(signal);
    for (let i = 0; i < 200; i += 1) {
      await watch.signer.sign
        .bind(
          null,
          new Uint8Array(),
        )(AbortSignal.abort())
        .catch(() => undefined);
      await time.advance(1_000);
    }
    expect(state.calls).toBe(200);
    expect(events).toEqual([]);
    end.abort();
    await done;
  });
});

describe('a worker', () => {
  const state = (name: string): WorkerState => ({
    url: `http://${name}`,
    method: 'GET',
    nodeId: null,
    open: 0,
    places: 1,
    problem: null,
    slow: null,
  });

  function watched(code: ErrorCode | null, ...states: WorkerState[]) {
    const all = world();
    const checks = {count: 0};
    const worker: WatchedWorker = {
      kind: 'opml',
      checkJob: () => null,
      check: () => {
        checks.count += 1;
        return Promise.resolve(states);
      },
    };
    if (code !== null) all.health.failed('worker', new AosError(code, 'as a job found'), 'opml');
    all.types();
    return {...all, checks, done: watchWorkers({...all, workers: [worker]})};
  }

  it.each(['WORKER_UNREACHABLE', 'WORKER_BUSY', 'WORKER_LOST', 'WORKER_LOCKED'] as const)(
    'with %s is seen to be well again without a job',
    async (code) => {
      const one = {...state('a'), problem: new AosError(code, 'as a job found') as AosError | null};
      const {time, end, done, checks, events} = watched(code, one);
      await time.advance(120_000);
      expect([checks.count, events]).toEqual([4, []]);
      one.problem = null;
      await time.advance(30_000);
      expect(events).toMatchObject([{type: 'recovered', part: 'worker'}]);
      await time.advance(600_000);
      expect(events).toHaveLength(1);
      end.abort();
      await done;
      expect(time.timers()).toBe(0);
    },
  );

  it.each([null, 'WORKER_REFUSED', 'WORKER_TIMEOUT'] as const)(
    'with %s is well when a job was answered',
    async (code) => {
      const {time, end, done, events} = watched(code, state('a'));
      await time.advance(600_000);
      expect(events).toEqual([]);
      end.abort();
      await done;
    },
  );

  it('that is locked is reported, though no job asks it, and is well again by its status', async () => {
    const one = {...state('a'), problem: new AosError('WORKER_LOCKED', 'restart it') as AosError | null};
    const {time, end, done, events} = watched(null, one);
    await time.advance(90_000);
    expect(events).toMatchObject([{type: 'problem', part: 'worker', code: 'WORKER_LOCKED'}]);
    one.problem = null;
    await time.advance(30_000);
    expect(events).toMatchObject([{type: 'problem'}, {type: 'recovered', part: 'worker'}]);
    end.abort();
    await done;
  });

  it('that is slow is a warning until it answers, whatever else is known of it', async () => {
    const one = {...state('a'), slow: new AosError('WORKER_SLOW', 'no answer') as AosError | null};
    const {time, end, done, events} = watched(null, one);
    await time.advance(90_000);
    expect(events).toMatchObject([{type: 'problem', part: 'worker', code: 'WORKER_SLOW'}]);
    one.slow = null;
    await time.advance(30_000);
    expect(events).toMatchObject([{type: 'problem'}, {type: 'recovered', part: 'worker'}]);
    end.abort();
    await done;
  });

  it('of several that is away is reported, though the others do its work; one that is busy is not', async () => {
    const away = {...state('b'), problem: new AosError('WORKER_UNREACHABLE', 'away') as AosError | null};
    const busy = {...state('c'), problem: new AosError('WORKER_BUSY', 'busy')};
    const {time, end, done, events} = watched(null, state('a'), away, busy);
    await time.advance(90_000);
    expect(events).toMatchObject([{type: 'problem', part: 'worker', code: 'WORKER_UNREACHABLE'}]);
    away.problem = null;
    await time.advance(30_000);
    expect(events).toMatchObject([{type: 'problem'}, {type: 'recovered', part: 'worker'}]);
    end.abort();
    await done;
  });
});

describe('the newest block', () => {
  it('is read at the pace of the chain, a failing RPC told once', async () => {
    const {time, end, signal, emit, health, types, events} = world();
    let number = 100n;
    let down = false;
    let reads = 0;
    const seen: bigint[] = [];
    const reader = {
      newest: async () => {
        reads += 1;
        await time.sleep(30);
        if (down) throw new AosError('CHAIN_UNREACHABLE', 'down');
        number += 1n;
        return {number, at: Number(number) * 12_000};
      },
    };
    const done = watchBlocks({
      reader,
      time,
      random: () => 0.5,
      emit,
      health,
      signal,
      onBlock: ({number: block}) => seen.push(block),
    });
    await time.advance(100);
    expect(events).toEqual([{type: 'block', number: '101', blockAt: 1_212_000, rpcMs: 30}]);
    expect(seen).toEqual([101n]);
    await time.advance(120_000);
    expect(reads).toBeGreaterThanOrEqual(10);
    expect(reads).toBeLessThanOrEqual(13);
    types();
    down = true;
    await time.advance(300_000);
    expect(types()).toEqual(['problem']);
    down = false;
    await time.advance(40_000);
    expect(types().slice(0, 2)).toEqual(['recovered', 'block']);
    end.abort();
    await done;
    expect(time.timers()).toBe(0);
  });
});
