import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import type {WorkerClient, WorkerStatus} from '../../../../src/lib/peers/worker/driver.ts';
import type {WorkerLane} from '../../../../src/lib/peers/worker/lane.ts';
import {createMember, type Member} from '../../../../src/lib/peers/worker/member.ts';
import type {WorkerDriver} from '../../../../src/lib/peers/worker/driver.ts';
import {OPML} from '../../../../src/lib/peers/worker/opml.ts';
import {createPool} from '../../../../src/lib/peers/worker/pool.ts';
import {TEE} from '../../../../src/lib/peers/worker/tee.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const never = new AbortController().signal;
const REQUEST = {
  requestId: 'r',
  nodeId: 'n',
  model: 'm',
  prompt: 'p',
  params: new Map(),
  callbackUrl: 'http://o',
  replied: () => Promise.resolve(),
};

const wellBy = (method: 'GET' | 'POST', nodeId: string | null): WorkerStatus => ({
  method,
  busy: null,
  open: 0,
  nodeId,
  places: method === 'GET' ? null : 1,
  isIdle: false,
});

type FakeWorker = {
  status: WorkerStatus | ErrorCode | 'refused-connection';
  reply: ErrorCode | null;
  asked: number;
  looked: number;
};

type PoolOptions = {concurrency?: number; driver?: WorkerDriver; answerTimeoutMs?: number};

/** Workers `a`, `b` … that do what the test says, in one pool. */
function pool(
  names: string,
  method: 'GET' | 'POST' = 'GET',
  {concurrency = 2, driver = OPML, answerTimeoutMs = 60_000}: PoolOptions = {},
) {
  const time = virtualTime();
  const workers: Record<string, FakeWorker> = {};
  const clientOf = (name: string): WorkerClient => {
    const worker: FakeWorker = {
      status: wellBy(method, `${name}-1`),
      reply: null,
      asked: 0,
      looked: 0,
    };
    workers[name] = worker;
    return {
      url: `http://${name}`,
      host: name,
      name: `opml worker ${name}`,
      prove: () => Promise.resolve(),
      status: () => {
        worker.looked += 1;
        const {status} = worker;
        if (typeof status !== 'string') return Promise.resolve(status);
        if (status !== 'refused-connection')
          return Promise.reject(new AosError(status, `${name} is not well`));
        const cause = Object.assign(new Error('refused'), {code: 'ECONNREFUSED'});
        return Promise.reject(new AosError('WORKER_UNREACHABLE', `${name} is away`, {cause}));
      },
      ask: () => {
        worker.asked += 1;
        return worker.reply === null
          ? Promise.resolve()
          : Promise.reject(new AosError(worker.reply, `${name} says no`));
      },
      close: () => Promise.resolve(),
    };
  };
  const all = createPool(() => members, time);
  const members: Member[] = names.split(',').map((name) =>
    createMember(clientOf(name), {
      driver,
      concurrency,
      readyTimeoutMs: 60_000,
      answerTimeoutMs,
      time,
      onChange: all.changed,
    }),
  );
  const ready = (avoid: readonly string[] = [], signal = never): Promise<WorkerLane> =>
    all.place(signal, avoid);
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'ok',
      (error: unknown) => (error instanceof AosError ? error.code : String(error)),
    );
  /** Puts a request that ends like this. */
  const put = async (
    end: 'answered' | 'timeout' | 'lost',
    after: Promise<void> = Promise.resolve(),
  ): Promise<string> => {
    const lane = await ready();
    await lane.ask(REQUEST, never);
    await after;
    lane.release(end);
    return lane.at.url;
  };
  const worker = (name: string): FakeWorker => workers[name]!;
  return {time, worker, members, ready, put, codeOf};
}

describe('the choice of a worker', () => {
  it('is the one with the least to do, then the first', async () => {
    const {ready} = pool('a,b');
    // The second place of a worker is known only after its first status.
    const lanes = [await ready(), await ready(), await ready(), await ready()];
    expect(lanes.map(({at}) => at.url)).toEqual(['http://a', 'http://b', 'http://a', 'http://b']);
    lanes[1]?.release('answered');
    expect((await ready()).at.url).toBe('http://b');
  });

  it('is one that is not avoided, else one that is', async () => {
    const {ready} = pool('a,b', 'POST');
    const lane = await ready(['http://a']);
    expect(lane.at).toEqual({url: 'http://b', nodeId: 'b-1'});
    expect((await ready(['http://a', 'http://b'])).at.url).toBe('http://a');
  });

  it('leaves one alone for a while that was away, and comes back to it', async () => {
    const {ready, worker, time} = pool('a,b');
    worker('a').status = 'WORKER_UNREACHABLE';
    (await ready()).release('answered');
    (await ready()).release('answered');
    expect([worker('a').looked, worker('b').looked]).toEqual([1, 2]);
    worker('a').status = wellBy('GET', 'a-1');
    await time.advance(5_000);
    expect((await ready()).at.url).toBe('http://a');
  });

  it('fails when none takes a request, with what says most', async () => {
    const {ready, worker, codeOf} = pool('a,b,c');
    worker('a').status = 'WORKER_UNREACHABLE';
    worker('b').status = {...wellBy('GET', null), busy: 'status "3"', open: 3};
    worker('c').status = 'WORKER_UNREACHABLE';
    expect(await codeOf(ready())).toBe('WORKER_BUSY');
    // At once again: how often is the caller's to say.
    expect(await codeOf(ready())).toBe('WORKER_BUSY');
    expect(worker('b').looked).toBe(2);
  });
});

describe('a place', () => {
  it('of a published worker is the only one, whatever concurrency says', async () => {
    const {ready, members} = pool('a', 'POST', {concurrency: 4});
    const lane = await ready();
    let next: WorkerLane | undefined;
    const waiting = ready().then((place) => (next = place));
    await Promise.resolve();
    expect([next, members[0]?.open(), members[0]?.places()]).toEqual([undefined, 1, 1]);
    lane.release('answered');
    lane.release('answered');
    await waiting;
    expect(members[0]?.open()).toBe(1);
  });

  it('is waited for in the order of the calls, and until the signal', async () => {
    const {ready, codeOf} = pool('a', 'POST');
    const lane = await ready();
    const order: number[] = [];
    const later = [1, 2, 3].map(async (n) => {
      const place = await ready();
      order.push(n);
      place.release('answered');
    });
    const stop = new AbortController();
    const ended = codeOf(ready([], stop.signal));
    stop.abort(new AosError('INTERRUPTED', 'over'));
    expect(await ended).toBe('INTERRUPTED');
    lane.release('answered');
    await Promise.all(later);
    expect(order).toEqual([1, 2, 3]);
  });

  it('at a worker that is busy for others costs nothing and is free again', async () => {
    const {ready, worker, members, codeOf} = pool('a', 'POST');
    worker('a').reply = 'WORKER_BUSY';
    const lane = await ready();
    expect(await codeOf(lane.ask(REQUEST, never))).toBe('WORKER_BUSY');
    lane.release('untaken');
    expect(members[0]?.open()).toBe(0);
    expect(await codeOf(ready())).toBe('ok');
  });
});

describe('a refusal', () => {
  it('sends the next request to another worker, and is over when a request is taken', async () => {
    const {ready, worker, codeOf, time, members} = pool('a,b');
    worker('a').reply = 'WORKER_REFUSED';
    const lane = await ready();
    expect(await codeOf(lane.ask(REQUEST, never))).toBe('WORKER_REFUSED');
    lane.release('untaken');
    const next = await ready();
    expect(next.at.url).toBe('http://b');
    next.release('answered');
    await time.advance(5_000);
    worker('a').reply = null;
    const again = await ready();
    expect([again.at.url, members[0]?.problem()?.code]).toEqual(['http://a', 'WORKER_REFUSED']);
    await again.ask(REQUEST, never);
    expect(members[0]?.problem()).toBeNull();
  });
});

describe('a worker that takes requests and answers none', () => {
  it.each([
    ['a-1', 180_000],
    [null, 60_000],
  ])(
    'is locked after two in a row; with node_id %s it is tried again after %d ms',
    async (nodeId, restMs) => {
      const {ready, put, worker, codeOf, time, members} = pool('a');
      worker('a').status = wellBy('GET', nodeId);
      await put('timeout');
      await put('answered');
      await put('timeout');
      expect(await codeOf(ready().then((lane) => lane.release('untaken')))).toBe('ok');
      await put('timeout');
      expect(members[0]?.problem()).toMatchObject({code: 'WORKER_LOCKED'});
      expect(await codeOf(ready())).toBe('WORKER_LOCKED');
      await time.advance(restMs - 1);
      expect(await codeOf(ready())).toBe('WORKER_LOCKED');
      await time.advance(1);
      const trial = await ready();
      expect(members[0]?.places()).toBe(1);
      trial.release('timeout');
      expect(await codeOf(ready())).toBe('WORKER_LOCKED');
      await time.advance(restMs);
      (await ready()).release('answered');
      expect(members[0]?.problem()).toBeNull();
      expect(worker('a').asked).toBe(4);
    },
  );

  it('is well at once when it was started anew', async () => {
    const {ready, put, worker, codeOf} = pool('a', 'POST');
    await put('timeout');
    await put('timeout');
    expect(await codeOf(ready())).toBe('WORKER_LOCKED');
    worker('a').status = wellBy('POST', 'a-2');
    expect((await ready()).at).toEqual({url: 'http://a', nodeId: 'a-2'});
  });

  it('is not locked while it says that it is busy, for then it works', async () => {
    const {ready, put, worker, codeOf} = pool('a', 'POST');
    await put('timeout');
    worker('a').reply = 'WORKER_BUSY';
    const lane = await ready();
    expect(await codeOf(lane.ask(REQUEST, never))).toBe('WORKER_BUSY');
    lane.release('untaken');
    worker('a').reply = null;
    await put('timeout');
    expect(await codeOf(ready())).toBe('ok');
  });

  it('leaves the others of its pool their requests', async () => {
    const {put, ready} = pool('a,b', 'POST');
    await put('timeout');
    await put('timeout');
    expect(await put('answered')).toBe('http://b');
    const lane = await ready();
    expect(lane.at.url).toBe('http://b');
    lane.release('answered');
  });
});

describe('a request that was taken', () => {
  it.each([
    ['has another node_id', wellBy('POST', 'a-2'), 'started anew'],
    ['says no node_id any more', wellBy('POST', null), 'started anew'],
    ['listens no more', 'refused-connection', 'went away'],
  ] as const)('is lost when its worker %s', async (_name, status, how) => {
    const {ready, worker, time, codeOf} = pool('a', 'POST');
    const lane = await ready();
    const lost = lane.lost(never);
    const code = codeOf(lost);
    await time.advance(60_000);
    worker('a').status = status;
    await time.advance(2_000);
    expect(await code).toBe('WORKER_LOST');
    await expect(lost).rejects.toThrow(`opml worker a ${how} while it worked on a request`);
    lane.release('lost');
    // Nothing is looked for any more.
    expect(time.timers()).toBeLessThanOrEqual(1);
  });

  it('is not lost by a status that cannot be read, and the watch ends with its signal', async () => {
    const {ready, worker, time, codeOf} = pool('a');
    const lane = await ready();
    const stop = new AbortController();
    const code = codeOf(lane.lost(stop.signal));
    worker('a').status = 'WORKER_UNREACHABLE';
    await time.advance(10_000);
    worker('a').status = {...wellBy('GET', 'a-1'), busy: 'status "1"', open: 1};
    await time.advance(10_000);
    stop.abort(new AosError('WORKER_TIMEOUT', 'over'));
    expect(await code).toBe('WORKER_TIMEOUT');
    const before = worker('a').looked;
    await time.advance(60_000);
    expect(worker('a').looked).toBe(before);
  });

  it('shares its looks with the other requests of its worker', async () => {
    const {ready, worker, time, codeOf} = pool('a', 'GET', {concurrency: 4});
    const first = await ready();
    const lanes = [first, await ready(), await ready()];
    const codes = lanes.map((lane) => codeOf(lane.lost(never)));
    const before = worker('a').looked;
    await time.advance(10_000);
    expect(worker('a').looked).toBe(before + 5);
    worker('a').status = 'refused-connection';
    await time.advance(2_000);
    expect(await Promise.all(codes)).toEqual(['WORKER_LOST', 'WORKER_LOST', 'WORKER_LOST']);
  });
});

describe('a worker that has a request for long', () => {
  const TEN_MIN = {answerTimeoutMs: 600_000, driver: TEE, concurrency: 1};

  /** Has it answer so many requests, each after `ms`. */
  async function answers({put, time}: ReturnType<typeof pool>, times: number, ms: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      const lane = put('answered', time.sleep(ms));
      await time.advance(ms);
      await lane;
    }
  }

  it('is slow after a fifth of its time while little is known of it, and gets its next request all the same', async () => {
    const one = pool('a', 'GET', TEN_MIN);
    const [member] = one.members;
    const lane = await one.ready();
    await lane.ask(REQUEST, never);
    await one.time.advance(119_000);
    expect(member?.slow()).toBeNull();
    await one.time.advance(1_000);
    expect(member?.slow()).toMatchObject({
      code: 'WORKER_SLOW',
      message: expect.stringMatching(
        /for more than 2 min .*has answered none.*its enclave has gone/,
      ) as string,
      next: {say: expect.stringMatching(/^Restart the tee worker at a/) as string},
    });
    const first = member?.slow()?.message;
    await one.time.advance(60_000);
    expect(member?.slow()?.message).toBe(first);
    expect(member?.problem()).toBeNull();
    lane.release('answered');
    expect(member?.slow()).toBeNull();
    expect((await one.ready()).at.url).toBe('http://a');
  });

  it('is slow by what its answers take', async () => {
    const one = pool('a', 'GET', TEN_MIN);
    await answers(one, 5, 12_000);
    const lane = await one.ready();
    await lane.ask(REQUEST, never);
    await one.time.advance(35_000);
    expect(one.members[0]?.slow()).toBeNull();
    await one.time.advance(1_000);
    expect(one.members[0]?.slow()?.message).toContain('95 % of its answers took up to 12.0 s');
    lane.release('lost');
  });

  it('is not slow when its answers always take as long', async () => {
    const one = pool('a', 'GET', TEN_MIN);
    await answers(one, 5, 250_000);
    await (await one.ready()).ask(REQUEST, never);
    await one.time.advance(599_000);
    expect(one.members[0]?.slow()).toBeNull();
  });

  it('is one that works on nothing of ours and takes nothing, where its kind sticks', async () => {
    const one = pool('a', 'GET', TEN_MIN);
    one.worker('a').status = {...wellBy('GET', null), busy: 'remain_task 0', open: 1};
    expect(await one.codeOf(one.ready())).toBe('WORKER_BUSY');
    await one.time.advance(120_000);
    expect(one.members[0]?.slow()?.message).toContain('has taken no request for more than 2 min');
    const other = pool('a', 'GET', {...TEN_MIN, driver: OPML});
    other.worker('a').status = {...wellBy('GET', null), busy: 'status "1"', open: 1};
    expect(await other.codeOf(other.ready())).toBe('WORKER_BUSY');
    await other.time.advance(120_000);
    expect(other.members[0]?.slow()).toBeNull();
  });
});
