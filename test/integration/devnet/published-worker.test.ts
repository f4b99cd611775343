import {createServer, type IncomingHttpHeaders, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {once} from 'node:events';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {OpmlFaults} from '../../../src/devnet/worker/faults.ts';
import {
  startOpmlWorker,
  type OpmlWorker,
  type OpmlWorkerOptions,
} from '../../../src/devnet/worker/opml-worker.ts';
import {instantLlm} from '../../support/instant-llm.ts';
import {quietTime} from '../../support/quiet-time.ts';
import {bodyOf} from '../../support/signer.ts';

type Options = Partial<Omit<OpmlWorkerOptions, 'llm'>>;
type Got = {url: string; headers: IncomingHttpHeaders; body: string};

let operator: Server;
let at: string;
/** What the operator got, and how it answers. */
let got: Got[];
let answersWith: number;
const workers: OpmlWorker[] = [];
let time: ReturnType<typeof quietTime>;

beforeEach(async () => {
  got = [];
  answersWith = 200;
  time = quietTime();
  operator = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      got.push({url: request.url ?? '', headers: request.headers, body});
      response.writeHead(answersWith).end('{"code":200}');
    });
  }).listen(0, '127.0.0.1');
  await once(operator, 'listening');
  at = `http://127.0.0.1:${(operator.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  operator.closeAllConnections();
  operator.close();
});

async function start(options: Options = {}): Promise<OpmlWorker> {
  const worker = await startOpmlWorker({
    host: '127.0.0.1',
    port: 0,
    manner: 'published',
    maxTokens: 2,
    time,
    llm: instantLlm(),
    ...options,
  });
  workers.push(worker);
  return worker;
}

const post = (url: string, body: string): Promise<Response> => fetch(url, {method: 'POST', body});

async function ask(worker: OpmlWorker, change: Record<string, unknown> = {}): Promise<[number, string]> {
  const body = {
    model: 'llama',
    prompt: 'hello',
    req_id: 'r1',
    callback: `${at}/api/opml_callback`,
    ...change,
  };
  const response = await post(`${worker.url}/api/v1/question`, JSON.stringify(body));
  return [response.status, await response.text()];
}

async function nodeIdOf(worker: OpmlWorker): Promise<string> {
  const {data} = (await (await post(`${worker.url}/api/v1/status`, '')).json()) as {data: string};
  return (JSON.parse(data) as {node_id: string}).node_id;
}

/** Waits until so many requests have ended, answered or not. */
const ended = (worker: OpmlWorker, count: number): Promise<void> =>
  time.until(() => {
    const {delivered, failed} = worker.stats();
    expect(delivered + failed).toBe(count);
  });

const callbacks = (): Record<string, string>[] =>
  got
    .filter(({url}) => url === '/api/opml_callback')
    .map(({body}) => JSON.parse(body) as Record<string, string>);

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

describe('the published worker, to the byte', () => {
  it('answers its status by POST alone, and is always well', async () => {
    const worker = await start();
    const byGet = await fetch(`${worker.url}/api/v1/status`);
    expect([byGet.status, byGet.headers.get('content-type'), await byGet.text()]).toEqual([
      404,
      'text/plain',
      '404 page not found',
    ]);
    for (const body of ['', '{}']) {
      const reply = await post(`${worker.url}/api/v1/status`, body);
      expect([reply.status, reply.headers.get('content-type')]).toEqual([
        200,
        'application/json; charset=utf-8',
      ]);
      expect(await reply.text()).toMatch(
        new RegExp(`^{"code":0,"msg":"","data":"{\\\\"status\\\\":0,\\\\"node_id\\\\":\\\\"${UUID}\\\\"}"}$`),
      );
    }
  });

  it('takes a request with code 200, and one while it works on it with "jobs exceed"', async () => {
    const worker = await start({faults: {lateMs: 10_000}});
    const id = await nodeIdOf(worker);
    const first = await ask(worker);
    expect(first).toEqual([
      200,
      `{"code":200,"msg":"","data":"{\\"node_id\\":\\"${id}\\",\\"req_id\\":\\"r1\\"}"}`,
    ]);
    await time.until(() => expect(worker.stats().open).toBe(1));
    expect(await ask(worker, {req_id: 'r2'})).toEqual([400, '{"code":-1,"msg":"jobs exceed","data":""}']);
    expect(await nodeIdOf(worker)).toBe(id);
    await ended(worker, 1);
    expect((await ask(worker, {req_id: 'r3'}))[0]).toBe(200);
  });

  it('posts the answer once, with an id that is neither its own nor ours', async () => {
    const worker = await start();
    answersWith = 500;
    await ask(worker, {prompt: 'a < b & c'});
    await ended(worker, 1);
    const {url, headers, body} = got[0]!;
    expect({url, headers}).toMatchObject({
      url: '/api/opml_callback',
      headers: {
        'user-agent': 'Go-http-client/1.1',
        connection: 'keep-alive',
        'content-type': 'application/json; charset=utf-8',
        'accept-encoding': 'gzip',
      },
    });
    expect(body).toMatch(
      new RegExp(
        `^{"node_id":"${UUID}","req_id":"r1","model":"llama","prompt":"a \\\\u003c b \\\\u0026 c","answer":".+","state_root":"0x[0-9a-f]{64}"}$`,
      ),
    );
    expect(body).not.toContain(await nodeIdOf(worker));
    await time.during(time.sleep(120_000), 'two minutes');
    expect([got.length, worker.stats().failed]).toEqual([1, 1]);
  });

  it('answers the same prompt differently, with a root of its program and the number of tokens', async () => {
    const worker = await start({maxTokens: 8});
    const other = await start({program: 'compiled elsewhere'});
    const prompts = ['hello', 'hello', 'jello', 'hello world this is'];
    for (const [index, prompt] of prompts.entries()) {
      await ask(worker, {prompt});
      await ended(worker, index + 1);
    }
    await ask(other, {prompt: 'hello'});
    await ended(other, 1);
    const [a, b, c, d, e] = callbacks();
    expect(a!['answer']).not.toBe(b!['answer']);
    expect([b!['state_root'], c!['state_root']]).toEqual([a!['state_root'], a!['state_root']]);
    expect([d!['state_root'] === a!['state_root'], e!['state_root'] === a!['state_root']]).toEqual([
      false,
      false,
    ]);
  });

  it.each([{model: ''}, {req_id: ''}, {callback: ''}])('takes %j and never answers it', async (change) => {
    const worker = await start();
    expect((await ask(worker, change))[0]).toBe(200);
    await ended(worker, 1);
    expect(got).toEqual([]);
  });

  it.each(['{', '', '[1]', '{"model":"m","prompt":5,"req_id":"r","callback":"http://127.0.0.1:1/"}'])(
    'works on what it reads of %j, says 400, and never answers it',
    async (body) => {
      const worker = await start({faults: {lateMs: 5_000}});
      const reply = await post(`${worker.url}/api/v1/question`, body);
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({code: 200, msg: ''});
      await time.until(() => expect(worker.stats().open).toBe(1));
      expect((await ask(worker))[0]).toBe(400);
      await ended(worker, 1);
      expect((await ask(worker))[0]).toBe(200);
      await ended(worker, 2);
      expect(callbacks()).toHaveLength(1);
    },
  );

  it('is locked for good by two requests at the same moment, with a status that is well', async () => {
    const worker = await start();
    const both = await Promise.all([ask(worker, {req_id: 'a'}), ask(worker, {req_id: 'b'})]);
    expect(both.map(([status]) => status)).toEqual([200, 200]);
    await ended(worker, 2);
    expect((await ask(worker, {req_id: 'c'}))[0]).toBe(200);
    expect((await ask(worker, {req_id: 'd'}))[0]).toBe(200);
    await time.during(time.sleep(60_000), 'a minute');
    expect([callbacks(), await nodeIdOf(worker)]).toEqual([[], expect.stringMatching(UUID)]);
    await worker.kill();
    await worker.start();
    // The connection that was kept is gone.
    await fetch(worker.url).catch(() => undefined);
    await ask(worker, {req_id: 'e'});
    await time.until(() => expect(callbacks().map(({req_id}) => req_id)).toEqual(['e']));
  });

  it('is known by its node_id alone after a start, and remembers nothing', async () => {
    const worker = await start({faults: {lateMs: 10_000}});
    const before = await nodeIdOf(worker);
    await ask(worker);
    await worker.kill();
    await worker.kill();
    await expect(fetch(worker.url)).rejects.toThrow();
    await worker.start();
    await worker.start();
    expect(await nodeIdOf(worker)).not.toBe(before);
    await time.during(time.sleep(60_000), 'a minute');
    expect(got).toEqual([]);
    expect((await ask(worker, {req_id: 'r2'}))[0]).toBe(200);
    await time.until(() => expect(callbacks().map(({req_id}) => req_id)).toEqual(['r2']));
  });

  it('sends its heartbeat every 5 seconds, the only thing that says that it works', async () => {
    const worker = await start({heartbeatTo: () => at, faults: {lateMs: 7_000}});
    await ask(worker);
    await time.during(time.sleep(11_000), 'eleven seconds');
    const beat = (length: number): string =>
      `{"string":"string","Default":{"worker_name":"${worker.url}","queue_length":${length}}}`;
    const beats = got.filter(({url}) => url === '/receive_heart_beat').map(({body}) => body);
    expect(beats).toEqual([beat(1), beat(0)]);
  });
});

describe('with faults', () => {
  it.each<[string, OpmlFaults, number, number]>([
    ['busy400', {busy: 400}, 400, 0],
    ['busy503', {busy: 503}, 503, 0],
    ['locked', {locked: true}, 200, 0],
    ['silent', {never: true}, 200, 0],
    ['answers twice', {answerTwice: true}, 200, 2],
  ])('%s', async (_name, faults, status, answers) => {
    const worker = await start({faults});
    expect((await ask(worker))[0]).toBe(status);
    await time.during(time.sleep(60_000), 'a minute');
    expect(callbacks()).toHaveLength(answers);
  });

  it.each<[OpmlFaults, object]>([
    [{emptyAnswer: true}, {answer: ''}],
    [{otherId: true}, {req_id: 'r1-other'}],
    [{hugeAnswer: true}, {answer: 'x'.repeat(5 * 1024 * 1024)}],
  ])('answers by %j', async (faults, change) => {
    const worker = await start({faults});
    await ask(worker);
    await ended(worker, 1);
    expect(callbacks()[0]).toMatchObject(change);
  });

  it('answers before it replies', async () => {
    const worker = await start({faults: {early: true}});
    await time.during(ask(worker), 'the reply');
    expect(callbacks()).toHaveLength(1);
  });

  it.each<[OpmlFaults, string]>([
    [{diesOnPrompt: true}, 'this is poison'],
    [{restarts: true}, 'hello'],
  ])('ends after taking a request, and comes back as another: %j', async (faults, prompt) => {
    const worker = await start({faults});
    const before = await nodeIdOf(worker);
    expect((await ask(worker, {prompt}))[0]).toBe(200);
    await time.until(() => expect(worker.stats().starts).toBe(2));
    expect(await nodeIdOf(worker)).not.toBe(before);
    expect(got).toEqual([]);
    await ask(worker, {req_id: 'r2', prompt: 'harmless'});
    await time.until(() => expect(callbacks().map(({req_id}) => req_id)).toEqual(['r2']));
  });
});
