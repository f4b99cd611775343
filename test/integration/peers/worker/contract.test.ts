import {randomBytes} from 'node:crypto';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {OpmlFaults} from '../../../../src/devnet/worker/faults.ts';
import {startOpmlWorker} from '../../../../src/devnet/worker/opml-worker.ts';
import type {WorkerConfig} from '../../../../src/lib/config/config.ts';
import type {Lane, WatchedWorker, Worker} from '../../../../src/lib/node/operator/ports.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {readOpmlCallback, type OpmlCallback} from '../../../../src/lib/protocol/wire/messages.ts';
import {instantLlm} from '../../../support/instant-llm.ts';
import {quietTime} from '../../../support/quiet-time.ts';
import {bodyOf, httpServer} from '../../../support/signer.ts';

const never = new AbortController().signal;

/** Workers of one manner, and the adapter that the operator has, over real sockets. */
async function rig(
  manner: 'friendly' | 'published',
  change: Partial<WorkerConfig> & {faults?: OpmlFaults; count?: number} = {},
) {
  const {faults = {}, count = 1, ...config} = change;
  const devnet: Awaited<ReturnType<typeof startOpmlWorker>>[] = [];
  const time = quietTime();
  for (let n = 0; n < count; n += 1) {
    const one = await startOpmlWorker({
      host: '127.0.0.1',
      port: 0,
      manner,
      maxTokens: 2,
      faults,
      time,
      llm: instantLlm(),
    });
    onTestFinished(() => one.close());
    devnet.push(one);
  }
  const callbacks: OpmlCallback[] = [];
  const heard = new Map<string, () => void>();
  const callbackUrl = await httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      const callback = readOpmlCallback(Buffer.from(body));
      callbacks.push(callback);
      response.end('{"code":200}');
      heard.get(callback.req_id)?.();
    });
  });
  const adapter = createWorkers(
    'opml',
    {
      urls: devnet.map(({url}) => url),
      concurrency: 1,
      readyTimeoutMs: 60_000,
      answerTimeoutMs: 60_000,
      attempts: 3,
      deadlineMs: 600_000,
      onFailure: 'silent',
      ...config,
    },
    {time},
  );
  onTestFinished(() => adapter.close());
  // The shape that the operator wants, which the adapter does not import.
  const worker: Worker & WatchedWorker = adapter;
  const ask = async (lane: Lane, prompt = 'hello', model = 'llama'): Promise<string> => {
    const requestId = randomBytes(16).toString('hex');
    const replied = (): Promise<void> => Promise.resolve();
    const request = {requestId, nodeId: '0x0', model, prompt, params: new Map(), callbackUrl, replied};
    await time.during(lane.ask(request, never), 'the reply');
    return requestId;
  };
  const came = (id: string): Promise<void> =>
    callbacks.some(({req_id}) => req_id === id)
      ? Promise.resolve()
      : new Promise((resolve) => heard.set(id, resolve));
  const answered = (id: string): Promise<void> => time.during(came(id), 'the answer');
  return {devnet, worker, time, callbacks, ask, answered};
}

describe.each(['friendly', 'published'] as const)('a %s worker', (manner) => {
  it('is ready, takes a request and answers it', async () => {
    const {worker, ask, answered, callbacks, devnet} = await rig(manner);
    const lane = await worker.ready(never);
    expect(lane.at).toEqual({
      url: devnet[0]!.url,
      nodeId: manner === 'friendly' ? null : (expect.any(String) as string),
    });
    await answered(await ask(lane));
    lane.release('answered');
    expect(callbacks[0]).toMatchObject({model: 'llama', prompt: 'hello'});
    expect(callbacks[0]?.answer).not.toBe('');
  });

  it('answers a job without a model too', async () => {
    const {worker, ask, answered, callbacks} = await rig(manner);
    await answered(await ask(await worker.ready(never), 'hello', ''));
    expect(callbacks[0]?.model).toBe('default');
  });

  it('gets what comes at once one after the other, and none is lost', async () => {
    const {worker, ask, answered, callbacks, time} = await rig(manner, {concurrency: 4});
    const ids = await time.during(
      Promise.all(
        Array.from({length: 6}, async () => {
          const lane = await worker.ready(never);
          const id = await ask(lane);
          await answered(id);
          lane.release('answered');
          return id;
        }),
      ),
      'six answers',
    );
    expect(callbacks.map(({req_id}) => req_id).sort()).toEqual([...ids].sort());
  });

  it.each([
    ['busy for ever', manner === 'friendly' ? 503 : 400, 'WORKER_BUSY'],
    ['busy by 503', 503, 'WORKER_BUSY'],
  ] as const)('%s says so without a request being taken', async (_name, busy, code) => {
    const {worker, ask, devnet} = await rig(manner, {faults: {busy}});
    const lane = await worker.ready(never);
    await expect(ask(lane)).rejects.toMatchObject({code});
    lane.release('untaken');
    expect(devnet[0]?.stats().asked).toBe(0);
  });

  it('that refuses says so', async () => {
    const {worker, ask, devnet} = await rig(manner, {faults: {refuse: true}});
    const lane = await worker.ready(never);
    await expect(ask(lane)).rejects.toMatchObject({code: 'WORKER_REFUSED'});
    lane.release('untaken');
    expect(await worker.check(never)).toMatchObject([{problem: {code: 'WORKER_REFUSED'}}]);
    expect(devnet[0]?.stats().refused).toBe(1);
  });

  it('that is killed has lost the request, and is there again after its start', async () => {
    const {worker, ask, answered, devnet, time} = await rig(manner, {faults: {lateMs: 30_000}});
    const lane = await worker.ready(never);
    await ask(lane);
    const lost = expect(time.during(lane.lost(never), 'the loss', 10_000)).rejects.toMatchObject({
      code: 'WORKER_LOST',
    });
    await devnet[0]!.kill();
    await lost;
    lane.release('lost');
    await expect(worker.ready(never)).rejects.toMatchObject({code: 'WORKER_UNREACHABLE'});
    expect(await worker.check(never)).toMatchObject([{problem: {code: 'WORKER_UNREACHABLE'}}]);
    await devnet[0]!.start();
    expect(await worker.check(never)).toMatchObject([{problem: null}]);
    await answered(await ask(await worker.ready(never)));
  });

  it('that is killed and started between two looks has lost the request too, where it says who it is', async () => {
    const {worker, ask, devnet, time} = await rig(manner, {faults: {lateMs: 30_000}});
    const lane = await worker.ready(never);
    await ask(lane);
    await devnet[0]!.kill();
    await devnet[0]!.start();
    const lost = time.during(lane.lost(never), 'the loss', 10_000);
    await expect(lost).rejects.toThrow(manner === 'friendly' ? 'it did not happen in time' : 'started anew');
  });

  it('that answers none is locked after two, until it is started anew', async () => {
    const faults: OpmlFaults = {locked: true};
    const {worker, ask, answered, devnet, time} = await rig(manner, {faults});
    for (let n = 0; n < 2; n += 1) {
      const lane = await worker.ready(never);
      await ask(lane);
      await time.during(time.sleep(60_000), 'the time of an answer');
      lane.release('timeout');
    }
    await expect(worker.ready(never)).rejects.toMatchObject({code: 'WORKER_LOCKED'});
    expect(await worker.check(never)).toMatchObject([{problem: {code: 'WORKER_LOCKED'}}]);
    await devnet[0]!.kill();
    await expect(worker.ready(never)).rejects.toMatchObject({code: 'WORKER_UNREACHABLE'});
    faults.locked = false;
    await devnet[0]!.start();
    expect(await worker.check(never)).toMatchObject([{problem: null}]);
    await answered(await ask(await worker.ready(never)));
  });

  it('of two gets the request that the other one does not take', async () => {
    const {worker, ask, answered, devnet} = await rig(manner, {count: 2});
    await devnet[0]!.kill();
    const lane = await worker.ready(never);
    expect(lane.at.url).toBe(devnet[1]!.url);
    await answered(await ask(lane));
    lane.release('answered');
    await devnet[0]!.start();
    await worker.check(never);
    const both = [await worker.ready(never), await worker.ready(never)];
    expect(both.map(({at}) => at.url)).toEqual(devnet.map(({url}) => url));
  });
});

it.each(['answered', 'untaken', 'timeout'] as const)(
  'a place whose job ends (%s) before the worker has replied is free after that reply, for one POST at a time',
  async (end) => {
    const time = quietTime();
    const replies: (() => void)[] = [];
    const url = await httpServer((request, response) => {
      if (request.method === 'GET') response.end('{"msg":"0"}');
      else void bodyOf(request).then(() => replies.push(() => response.end('{"code":200}')));
    });
    const limits = {
      readyTimeoutMs: 60_000,
      answerTimeoutMs: 60_000,
      attempts: 3,
      deadlineMs: 600_000,
    } as const;
    const config = {urls: [url], concurrency: 1, onFailure: 'silent', ...limits} as const;
    const worker = createWorkers('opml', config, {time});
    onTestFinished(() => worker.close());
    const request = {
      requestId: 'a',
      nodeId: '',
      model: 'm',
      prompt: 'p',
      params: new Map(),
      callbackUrl: 'http://127.0.0.1:1',
      replied: () => Promise.resolve(),
    };
    const over = new AbortController();
    const lane = await worker.ready(never);
    const asked = lane.ask(request, over.signal);
    await time.until(() => expect(replies).toHaveLength(1));
    over.abort(new Error('the job is over'));
    await expect(asked).rejects.toThrow('the job is over');
    lane.release(end);
    let isFree = false;
    const next = worker.ready(never).then((free) => {
      isFree = true;
      return free;
    });
    await time.during(time.sleep(5_000), 'some time');
    expect([isFree, replies.length]).toEqual([false, 1]);
    replies[0]?.();
    const free = await time.during(next, 'the place');
    free.release('untaken');
  },
);

it('two requests that a published worker gets from us are never at the same moment', async () => {
  const {worker, ask, answered, time, callbacks} = await rig('published', {
    concurrency: 4,
    answerTimeoutMs: 20,
  });
  // A request that is given up is still at work there; the next one meets "jobs exceed", never the race.
  const asked = Array.from({length: 4}, async () => {
    for (;;) {
      const lane = await worker.ready(never);
      try {
        const id = await ask(lane);
        await answered(id);
        return id;
      } catch (error) {
        expect(error).toMatchObject({code: 'WORKER_BUSY'});
        await time.sleep(500);
      } finally {
        lane.release('untaken');
      }
    }
  });
  await time.during(Promise.all(asked), 'four answers');
  expect(callbacks).toHaveLength(4);
});
