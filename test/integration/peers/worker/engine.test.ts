import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {EngineConfig, WorkerConfig} from '../../../../src/lib/config/config.ts';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {DirectReply, WatchedWorker, Worker} from '../../../../src/lib/node/operator/ports.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {parseJson, type JsonObject} from '../../../../src/lib/protocol/wire/json.ts';
import {readWorkerAnswer} from '../../../../src/lib/protocol/wire/worker-answers.ts';
import {
  engineFixture,
  ENGINES,
  engineServer,
  event,
  stream,
  type EngineServer,
} from '../../../support/engine-server.ts';
import {quietTime} from '../../../support/quiet-time.ts';

const never = new AbortController().signal;
const JOB_MODEL = 'llama-2-7b-chat.Q4_0.gguf';
const TEXT = 'The whale is white.';
const ESC = '\u001b';

const paramsOf = (text: string): JsonObject => parseJson(Buffer.from(text)).value as JsonObject;

type Rig = Awaited<ReturnType<typeof rig>>;

/** An engine of a make behind the pool that the operator has. */
async function rig(
  make: (typeof ENGINES)[number] = 'vllm',
  change: Partial<EngineConfig> = {},
  {isTls = false, ...limits}: Partial<WorkerConfig> & {isTls?: boolean} = {},
) {
  const time = quietTime();
  const server = await engineServer(engineFixture(make), {time, isTls});
  const engine: EngineConfig = {
    api: 'chat',
    models: new Map([[JOB_MODEL, server.fixture.model]]),
    seed: 7,
    temperature: 0,
    topP: 1,
    maxTokens: 64,
    apiKeyFile: null,
    ca: null,
    logprobs: false,
    ...change,
  };
  const config: WorkerConfig = {
    urls: [server.url],
    concurrency: 4,
    readyTimeoutMs: 60_000,
    answerTimeoutMs: 600_000,
    attempts: 3,
    deadlineMs: 6_000_000,
    onFailure: 'silent',
    engine,
    ...limits,
  };
  const adapter = createWorkers('opml', config, {time});
  onTestFinished(() => adapter.close());
  const worker: Worker & WatchedWorker = adapter;
  const replies: DirectReply[] = [];
  const put = async (params = '{}', prompt = 'hello', requestId = 'r1'): Promise<AosError | 'answered'> => {
    try {
      const lane = await time.during(worker.ready(never), 'a place');
      let end: 'answered' | 'untaken' | 'timeout' = 'untaken';
      try {
        const request = {requestId, nodeId: '0x0', model: JOB_MODEL, prompt, params: paramsOf(params)};
        const replied = (reply: DirectReply): Promise<void> => Promise.resolve(void replies.push(reply));
        await time.during(lane.ask({...request, callbackUrl: '', replied}, never), 'the reply');
        end = 'answered';
        return 'answered';
      } catch (error) {
        if ((error as AosError).code === 'WORKER_TIMEOUT') end = 'timeout';
        throw error;
      } finally {
        lane.release(end);
      }
    } catch (error) {
      return error as AosError;
    }
  };
  const problem = async () =>
    (await time.during(worker.check(never, 'all'), 'the states'))[0]?.problem ?? null;
  const answer = (index = 0) => readWorkerAnswer('opml', Buffer.from(replies[index]?.body ?? ''));
  return {time, server, worker, put, problem, replies, answer};
}

/** Has the engine play this, and asks once. */
async function played({server, put}: Rig, play: EngineServer['play'], params?: string) {
  server.play = play;
  return put(params);
}

describe.each(ENGINES)('an engine as %s is', (make) => {
  it.each(['chat', 'completions'] as const)(
    'answers a job by %s, and says which engine it is',
    async (api) => {
      const all = await rig(make, {api, logprobs: true});
      const {server, put, replies, answer} = all;
      expect(await put()).toBe('answered');
      expect(replies[0]?.doubt).toBeNull();
      expect(answer()).toMatchObject({
        answer: TEXT,
        model: JOB_MODEL,
        engine: server.fixture.expect,
        flaw: null,
      });
      const body = JSON.parse(replies[0]?.body ?? '') as {logprobs?: {token: string; logprob: number}[]};
      const {logprobs = true} = server.fixture;
      const has = typeof logprobs === 'boolean' ? logprobs : logprobs[api];
      expect(body.logprobs?.map(({token}) => token).join('')).toBe(has ? TEXT : undefined);
      expect(body).toMatchObject({finish: 'stop', usage: {prompt: 7, completion: 5}, sampling: {seed: 7}});
    },
  );

  it('is sent every parameter that it takes, and the prompt', async () => {
    const {server, put} = await rig(make);
    expect(await put('{"temperature":0.50,"max_tokens":32.0}', 'a "prompt"\n')).toBe('answered');
    const [asked = {}] = server.asked;
    expect(asked).toMatchObject({
      model: server.fixture.model,
      messages: [{role: 'user', content: 'a "prompt"\n'}],
      temperature: 0.5,
      max_tokens: 32,
      seed: 7,
      n: 1,
      stream: true,
    });
    expect(Object.keys(asked)).toEqual(expect.arrayContaining(server.fixture.sends));
    for (const name of server.fixture.lacks) expect(asked).not.toHaveProperty(name);
  });

  it('has as many places as it says, at most those of the configuration', async () => {
    const {worker, time, server} = await rig(make, {}, {concurrency: 200});
    const [state] = await time.during(worker.check(never, 'all'), 'the state');
    expect(state).toMatchObject({places: server.fixture.places ?? 200, problem: null, method: 'GET'});
  });
});

describe('a job', () => {
  it.each([
    ['another-model', '{}', 'names no model'],
    [JOB_MODEL, '{"temperature":-1}', 'params.temperature'],
    [JOB_MODEL, '{"max_tokens":0}', 'params.max_tokens'],
    [JOB_MODEL, '{"max_tokens":1.5}', 'params.max_tokens'],
    [JOB_MODEL, '{"top_p":"all"}', 'params.top_p'],
    [JOB_MODEL, '{"temperature":1e400}', 'params.temperature'],
    [JOB_MODEL, '{"stop":["a","b","c","d","e"]}', 'params.stop'],
  ])('of the model %s with the params %s is never asked about', async (model, params, why) => {
    const {worker} = await rig();
    expect(worker.whyUnfit({model, prompt: '', params: paramsOf(params)})).toContain(why);
  });

  it('of a model of the list is', async () => {
    const {worker} = await rig();
    const params = paramsOf('{"temperature":null,"proof_path":"x","stop":"END"}');
    expect(worker.whyUnfit({model: JOB_MODEL, prompt: '', params})).toBeNull();
  });

  it('whose own max_tokens cuts its answer is answered', async () => {
    const all = await rig();
    const cut = (response: Parameters<NonNullable<EngineServer['play']>>[0]): void =>
      void stream(response).end(
        event({choices: [{index: 0, delta: {content: 'The whale'}, finish_reason: 'length'}]}) +
          event({choices: [], usage: {prompt_tokens: 7, completion_tokens: 2}}) +
          event('[DONE]'),
      );
    expect(await played(all, cut, '{"max_tokens":2}')).toBe('answered');
    expect(all.answer().answer).toBe('The whale');
    expect(await played(all, cut)).toMatchObject({
      code: 'WORKER_BAD_ANSWER',
      message: expect.stringContaining('its context is full') as string,
    });
  });
});

const page = (status: number, type: string, body: string, headers: Record<string, string> = {}) =>
  ((response) =>
    response.writeHead(status, {'content-type': type, ...headers}).end(body)) satisfies NonNullable<
    EngineServer['play']
  >;
const said =
  (...data: unknown[]): NonNullable<EngineServer['play']> =>
  (response) =>
    void stream(response).end(data.map(event).join(''));
const choice = (content: string, more: object = {}): object => ({
  choices: [{index: 0, delta: {content}, finish_reason: null, ...more}],
});
const end = {choices: [{index: 0, delta: {}, finish_reason: 'stop'}]};

describe('what is no answer is named, with what is next', () => {
  it.each<[string, NonNullable<EngineServer['play']>, string, RegExp, RegExp]>([
    [
      'a 400',
      page(400, 'application/json', '{"object":"error","message":"maximum context length is 8192"}'),
      'REQUEST_REJECTED',
      /maximum context length is 8192/,
      /job list/,
    ],
    [
      'a 422',
      page(422, 'application/json', '{"detail":[{"msg":"field required"}]}'),
      'REQUEST_REJECTED',
      /HTTP 422/,
      /job list/,
    ],
    [
      'a 401',
      page(401, 'application/json', '{"error":{"message":"no key"}}'),
      'WORKER_REFUSED',
      /wants an API key: HTTP 401: no key/,
      /api_key_file/,
    ],
    [
      'a 404 for the model',
      page(404, 'application/json', '{"error":{"message":"The model does not exist"}}'),
      'WORKER_REFUSED',
      /does not exist/,
      /workers.opml.models/,
    ],
    [
      'a redirect',
      page(307, 'text/html', '', {location: 'http://user:secret@evil.example/v1/x?k=1'}),
      'WORKER_REFUSED',
      /HTTP 307\): to http:\/\/evil.example\/…/,
      /workers.opml.url/,
    ],
    [
      'a web page',
      page(200, 'text/html; charset=utf-8', '<html>hello</html>'),
      'WORKER_REFUSED',
      /with text\/html/,
      /workers.opml.url/,
    ],
    ['no type', page(200, '', ''), 'WORKER_REFUSED', /nothing that it names/, /workers.opml.url/],
    [
      'a 500',
      page(500, 'text/plain', 'CUDA out of memory'),
      'WORKER_LOST',
      /HTTP 500: CUDA out of memory/,
      /log/,
    ],
    [
      'a 424 of TGI',
      page(
        424,
        'application/json',
        '{"error":"Request failed during generation: Server error: x","error_type":"generation"}',
      ),
      'WORKER_LOST',
      /HTTP 424: Request failed/,
      /log/,
    ],
    [
      'a 502',
      page(502, 'text/html', '<html>bad gateway</html>'),
      'WORKER_UNREACHABLE',
      /is away: HTTP 502$/,
      /workers/,
    ],
    [
      'a 429',
      page(429, 'application/json', '{"error":"Model is overloaded","error_type":"overloaded"}'),
      'WORKER_BUSY',
      /HTTP 429: Model is overloaded/,
      /urls/,
    ],
    [
      'an error in the stream',
      said(choice('The'), {error: {message: 'engine died', type: 'InternalServerError'}}),
      'WORKER_LOST',
      /engine died/,
      /log/,
    ],
    [
      'an error of Ollama in the stream',
      said({error: 'model runner has stopped'}),
      'WORKER_LOST',
      /runner has stopped/,
      /log/,
    ],
    [
      'an overload in the stream',
      said({error: 'too many', error_type: 'overloaded'}),
      'WORKER_BUSY',
      /busy: too many/,
      /urls/,
    ],
    ['a stream without an end', said(choice('The whale')), 'WORKER_LOST', /in the middle/, /log/],
    [
      'an empty list of choices',
      said({choices: []}, '[DONE]'),
      'WORKER_BAD_ANSWER',
      /list of choices is empty/,
      /log/,
    ],
    ['an empty text', said(end, '[DONE]'), 'WORKER_BAD_ANSWER', /empty text/, /log/],
    [
      'a call of a tool',
      said({choices: [{index: 0, delta: {tool_calls: [{id: 'x'}]}}]}),
      'WORKER_BAD_ANSWER',
      /call of a tool/,
      /without tools/,
    ],
    [
      'a filter',
      said(choice('The'), {choices: [{index: 0, delta: {}, finish_reason: 'content_filter'}]}),
      'WORKER_BAD_ANSWER',
      /content filter/,
      /content filter/,
    ],
    [
      'another choice',
      said(choice('The'), choice('A', {index: 1}), end),
      'WORKER_BAD_ANSWER',
      /more than one choice/,
      /log/,
    ],
    [
      'text after the end',
      said(choice('The'), end, choice(' whale'), '[DONE]'),
      'WORKER_BAD_ANSWER',
      /after the end/,
      /log/,
    ],
    [
      'an unknown end',
      said(choice('The'), {choices: [{index: 0, delta: {}, finish_reason: `${ESC}[2J`}]}),
      'WORKER_BAD_ANSWER',
      /finish_reason "\\x1b\[2J"/,
      /log/,
    ],
    ['an event that is no JSON', said(choice('The'), 'oops'), 'WORKER_BAD_ANSWER', /no JSON object/, /log/],
    [
      'its own limit',
      said(choice('The', {finish_reason: 'length'}), {
        choices: [],
        usage: {prompt_tokens: 1, completion_tokens: 64},
      }),
      'WORKER_BAD_ANSWER',
      /at 64 tokens, the limit of workers.opml.max_tokens/,
      /Raise/,
    ],
    [
      'two models in one answer',
      said({...choice('The'), model: 'a'}, {...end, model: 'b'}),
      'WORKER_BAD_ANSWER',
      /changed its model within one answer/,
      /log/,
    ],
    [
      'a hostile text',
      page(400, 'text/plain', `${ESC}]0;owned\u0007${'x'.repeat(9_000)}`),
      'REQUEST_REJECTED',
      /\\x1b\]0;owned/,
      /job list/,
    ],
    [
      'bytes that are no text',
      (response) => void stream(response).end(Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a])),
      'WORKER_BAD_ANSWER',
      /no UTF-8/,
      /log/,
    ],
    [
      'a connection that breaks',
      (response) => void stream(response).write(event(choice('The')), () => response.destroy()),
      'WORKER_LOST',
      /while it answered/,
      /Start the engine/,
    ],
    [
      'one event without an end',
      (response) => void stream(response).end(`data: ${'x'.repeat(1_100_000)}`),
      'WORKER_BAD_ANSWER',
      /one event of more than 1 MiB/,
      /log/,
    ],
    [
      'more than 4 MiB at once',
      page(
        200,
        'application/json',
        JSON.stringify({choices: [{message: {content: 'x'.repeat(4_200_000)}, finish_reason: 'stop'}]}),
      ),
      'WORKER_BAD_ANSWER',
      /more than 4 MiB/,
      /log/,
    ],
  ])('%s', async (_name, play, code, message, next) => {
    const all = await rig();
    const error = await played(all, play);
    expect(error).toMatchObject({code, message: expect.stringMatching(message) as string});
    if (error === 'answered') return;
    expect(error.message.length).toBeLessThan(600);
    expect(error.message).not.toMatch(/secret|k=1/);
    const {say, run} = error.next;
    expect(`${say} ${run === undefined ? '' : [run.command, ...(run.args ?? [])].join(' ')}`).toMatch(next);
    expect(all.replies).toEqual([]);
  });

  it('more than 4 MiB of text in a stream', async () => {
    const all = await rig();
    const part = event(choice('x'.repeat(500_000)));
    const error = await played(all, (response) => {
      const out = stream(response);
      for (let n = 0; n < 12; n += 1) out.write(part);
      out.end(event(end));
    });
    expect(error).toMatchObject({
      code: 'WORKER_BAD_ANSWER',
      message: expect.stringContaining('4 MiB') as string,
    });
  });

  it('a stream that never ends, at the limit of an answer', async () => {
    const all = await rig('vllm', {}, {answerTimeoutMs: 30_000});
    const error = await played(all, (response) => {
      const out = stream(response);
      const more = (): void => {
        if (out.destroyed) return;
        out.write(event(choice(' and')));
        all.time.after(500, more);
      };
      more();
    });
    expect(error).toMatchObject({
      code: 'WORKER_TIMEOUT',
      message: expect.stringContaining('within 30s') as string,
    });
    await all.time.until(() => expect(all.server.broken).toBe(1));
  });
});

it('a stream that stays open after the end of its text is answered all the same', async () => {
  const all = await rig();
  const open = (response: Parameters<NonNullable<EngineServer['play']>>[0]): void =>
    void stream(response).write(event(choice(TEXT)) + event(end));
  expect(await played(all, open)).toBe('answered');
  expect(all.answer().answer).toBe(TEXT);
});

it('a server that does not stream is answered from its one object', async () => {
  const all = await rig();
  const whole = {
    model: all.server.fixture.model,
    choices: [{index: 0, message: {role: 'assistant', content: TEXT, tool_calls: []}, finish_reason: 'stop'}],
    usage: {prompt_tokens: 7, completion_tokens: 5},
  };
  expect(await played(all, page(200, 'application/json', JSON.stringify(whole)))).toBe('answered');
  expect(all.answer().answer).toBe(TEXT);
});

it('an engine that says when to come again is left alone until then', async () => {
  const all = await rig();
  const {server, put, time} = all;
  expect(await played(all, page(503, 'text/plain', 'later', {'retry-after': '40'}))).toMatchObject({
    code: 'WORKER_BUSY',
  });
  server.play = null;
  expect(await put()).toMatchObject({
    code: 'WORKER_BUSY',
    message: expect.stringContaining('Retry-After') as string,
  });
  expect(server.asked).toHaveLength(1);
  await time.during(time.sleep(41_000), 'the pause');
  expect(await put()).toBe('answered');
});

it('an engine that takes no job three times in a row is itself at fault', async () => {
  const all = await rig();
  all.server.play = page(400, 'text/plain', 'no chat template');
  expect(await all.put('{}', 'a', 'r1')).toMatchObject({code: 'REQUEST_REJECTED'});
  expect(await all.put('{}', 'a', 'r1')).toMatchObject({code: 'REQUEST_REJECTED'});
  expect(await all.put('{}', 'b', 'r2')).toMatchObject({code: 'REQUEST_REJECTED'});
  expect(await all.problem()).toBeNull();
  expect(await all.put('{}', 'c', 'r3')).toMatchObject({code: 'WORKER_REFUSED'});
  expect(await all.problem()).toMatchObject({code: 'WORKER_REFUSED'});
  all.server.play = null;
  expect(await all.put('{}', 'd', 'r4')).toBe('answered');
  expect(await all.problem()).toBeNull();
});

it('an engine whose machine goes away while it thinks is noticed long before the limit', async () => {
  const all = await rig();
  const {server, time} = all;
  // The request stays open, and no connection is taken any more.
  const error = await played(all, () => server.vanish());
  expect(error).toMatchObject({code: 'WORKER_LOST', message: expect.stringContaining('went away') as string});
  expect(time.monotonic()).toBeLessThan(120_000);
  expect(server.asked).toHaveLength(1);
});

describe('an engine that changes', () => {
  it.each<[string, (server: EngineServer) => void, RegExp]>([
    [
      'the digest of its model',
      ({fixture}) =>
        void (fixture.gets['/api/tags'] = {models: [{name: 'llama3.2:1b', digest: 'ff'.repeat(32)}]}),
      /digest was baf6a787.* and is ffff/,
    ],
    [
      'its version',
      ({fixture}) => void (fixture.gets['/api/version'] = {version: '0.13.0'}),
      /version was 0.12.3 and is 0.13.0/,
    ],
  ])('%s gets no more jobs, until it is as it was', async (_what, change, message) => {
    const all = await rig('ollama');
    const before = structuredClone(all.server.fixture);
    expect(await all.put()).toBe('answered');
    change(all.server);
    expect(await all.put()).toMatchObject({
      code: 'WORKER_CHANGED',
      message: expect.stringMatching(message) as string,
    });
    expect([all.server.asked.length, all.replies.length]).toEqual([1, 1]);
    expect(await all.problem()).toMatchObject({code: 'WORKER_CHANGED'});
    all.server.fixture = before;
    await all.time.during(all.time.sleep(6_000), 'its rest');
    expect(await all.put()).toBe('answered');
  });

  it('while it answers has that answer kept, and not delivered', async () => {
    const all = await rig('ollama');
    const play: EngineServer['play'] = (response) => {
      all.server.fixture.gets['/api/tags'] = {models: [{name: 'llama3.2:1b', digest: 'ff'.repeat(32)}]};
      stream(response).end(event(choice(TEXT)) + event(end));
    };
    expect(await played(all, play)).toMatchObject({code: 'WORKER_CHANGED'});
    expect(all.replies[0]?.doubt).toMatchObject({code: 'WORKER_CHANGED'});
    expect(all.answer().answer).toBe(TEXT);
  });

  it.each([
    ['the model that its answers name', {model: 'other'}, /model was/],
    ['its fingerprint', {system_fingerprint: 'fp_2'}, /build was/],
  ])('%s has that answer kept, and rests', async (_what, more, message) => {
    const all = await rig('vllm');
    expect(await all.put()).toBe('answered');
    const model = all.server.fixture.model;
    const other = said({...choice(TEXT), model, ...more}, {...end, model, ...more});
    expect(await played(all, other)).toMatchObject({
      code: 'WORKER_CHANGED',
      message: expect.stringMatching(message) as string,
    });
    expect(all.replies.map(({doubt}) => doubt?.code)).toEqual([undefined, 'WORKER_CHANGED']);
    all.server.play = null;
    expect(await all.put()).toMatchObject({code: 'WORKER_CHANGED'});
    expect(all.server.asked).toHaveLength(2);
    await all.time.during(all.time.sleep(61_000), 'its rest');
    expect(await all.put()).toBe('answered');
  });
});

describe('a look', () => {
  it.each<[string, (rig: Rig) => void, string, RegExp]>([
    [
      'at a server that lists another model',
      ({server}) => void (server.fixture.gets['/v1/models'] = {data: [{id: 'qwen'}]}),
      'WORKER_REFUSED',
      /does not list "meta-llama\/Llama-3.2-1B-Instruct"; it lists "qwen"/,
    ],
    [
      'at a web page',
      ({server}) => void (server.playLook = page(200, 'text/html', '<html>')),
      'WORKER_REFUSED',
      /lists no models/,
    ],
    [
      'at a server of another API',
      ({server}) => void (server.playLook = page(404, 'text/plain', '404 page not found')),
      'WORKER_REFUSED',
      /has no \/v1\/models/,
    ],
    [
      'at one that loads its model',
      ({server}) =>
        void (server.playLook = page(
          503,
          'application/json',
          '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}',
        )),
      'WORKER_BUSY',
      /Loading model/,
    ],
    [
      'at one that sends without an end',
      ({server}) =>
        void (server.playLook = page(200, 'application/json', `{"data":"${'x'.repeat(1_100_000)}"}`)),
      'WORKER_REFUSED',
      /more than 1 MiB/,
    ],
    ['at one that is not there', ({server}) => server.close(), 'WORKER_UNREACHABLE', /nothing listens there/],
  ])('%s says so', async (_name, change, code, message) => {
    const all = await rig();
    change(all);
    expect(await all.put()).toMatchObject({code, message: expect.stringMatching(message) as string});
    expect(all.server.asked).toEqual([]);
  });

  it('at an Ollama whose model another host computes refuses it', async () => {
    const all = await rig('ollama');
    const tag = {
      name: 'llama3.2:1b',
      digest: 'aa',
      remote_model: 'llama3.2',
      remote_host: 'https://ollama.com',
    };
    all.server.fixture.gets['/api/tags'] = {models: [tag]};
    expect(await all.put()).toMatchObject({
      code: 'WORKER_REFUSED',
      message: expect.stringContaining('computed by another host, https://ollama.com') as string,
    });
  });
});

describe('an API key', () => {
  function keyFile(text: string, mode = 0o600): string {
    const dir = mkdtempSync(join(tmpdir(), 'aos-engine-'));
    onTestFinished(() => rmSync(dir, {recursive: true}));
    const file = join(dir, 'engine.key');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  it('of a file is sent, and a new one counts at once', async () => {
    const apiKeyFile = keyFile('sk-one\n');
    const {put, server} = await rig('vllm', {apiKeyFile});
    expect(await put()).toBe('answered');
    expect(server.headers.authorization).toBe('Bearer sk-one');
    writeFileSync(apiKeyFile, 'sk-two');
    expect(await put()).toBe('answered');
    expect(server.headers.authorization).toBe('Bearer sk-two');
  });

  it('that the engine refuses is in no text', async () => {
    const all = await rig('vllm', {apiKeyFile: keyFile('sk-secret')});
    const error = await played(all, page(403, 'application/json', '{"error":{"message":"bad key"}}'));
    expect(error).toMatchObject({
      code: 'WORKER_REFUSED',
      message: expect.stringContaining('bad key') as string,
    });
    expect(JSON.stringify(error)).not.toContain('sk-secret');
  });

  it.each([
    ['is empty', '\n', 0o600, 'ENGINE_FILE_INVALID'],
    ['has two lines', 'a\nb', 0o600, 'ENGINE_FILE_INVALID'],
    ['others may read', 'sk-one', 0o644, 'KEY_UNSAFE'],
  ])('whose file %s is refused before anything is sent', async (_what, text, mode, code) => {
    const all = await rig('vllm', {apiKeyFile: keyFile(text, mode)});
    expect(await all.put()).toMatchObject({code});
    expect(all.server.headers).toEqual({});
  });
});

it('a check asks a model of the list, and limits the answer itself', async () => {
  const {worker} = await rig();
  const job = worker.checkJob({model: 'default', prompt: 'What is AI?'});
  expect(job).toMatchObject({model: JOB_MODEL, prompt: 'What is AI?'});
  expect(job?.params.get('max_tokens')).toEqual({text: '16'});
});

describe('an https engine', () => {
  const ca = fileURLToPath(new URL('../../../fixtures/tls/ca.pem', import.meta.url));

  it('is believed by the authority of workers.opml.ca', async () => {
    const {put} = await rig('vllm', {ca}, {isTls: true});
    expect(await put()).toBe('answered');
  });

  it.each([
    ['without it', null, 'WORKER_UNREACHABLE', /workers.opml.ca/],
    ['with a file that is none', fileURLToPath(import.meta.url), 'ENGINE_FILE_INVALID', /BEGIN CERTIFICATE/],
    ['with a file that is not there', '/nowhere/ca.pem', 'ENGINE_FILE_INVALID', /./],
  ])('%s is not asked, and it is said what to name', async (_how, file, code, next) => {
    const all = await rig('vllm', {ca: file}, {isTls: true});
    const error = await all.put();
    expect(error).toMatchObject({code});
    expect(error === 'answered' ? '' : error.next.say).toMatch(next);
    expect(all.server.asked).toEqual([]);
  });
});

it('log-probabilities of which one is no number are none', async () => {
  const all = await rig('vllm', {logprobs: true});
  const one = (logprob: number | null): object => choice('x', {logprobs: {content: [{token: 'x', logprob}]}});
  expect(await played(all, said(one(-1), one(null), end))).toBe('answered');
  expect(JSON.parse(all.replies[0]?.body ?? '')).not.toHaveProperty('logprobs');
});
