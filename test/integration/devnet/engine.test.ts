import {afterEach, describe, expect, it, onTestFinished} from 'vitest';
import {startEngineServer} from '../../../src/devnet/engine/engine-server.ts';
import type {EngineApi} from '../../../src/devnet/engine/stand-in.ts';
import {systemTime} from '../../../src/lib/foundation/system/system-time.ts';
import {createWorkers} from '../../../src/lib/peers/worker/workers.ts';
import {readWorkerAnswer} from '../../../src/lib/protocol/wire/worker-answers.ts';
import {instantLlm} from '../../support/instant-llm.ts';
import {rawHttp} from '../../support/raw-http.ts';

const never = new AbortController().signal;
const ROOT = `sha256:${'ab'.repeat(32)}`;
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(port = 0): Promise<string> {
  const server = await startEngineServer({host: '127.0.0.1', port, llm: instantLlm(), root: ROOT});
  closers.push(server.close);
  return server.url;
}

/** Has the adapter of aos ask it. */
async function asked(url: string, api: EngineApi, maxTokens: number) {
  const engine = {
    ...{api, models: new Map([['tiny-llm', 'aos-tiny']]), seed: 0, temperature: 0, topP: 1},
    ...{maxTokens: 1024, apiKeyFile: null, ca: null, logprobs: false},
  };
  const limits = {concurrency: 1, readyTimeoutMs: 60_000, answerTimeoutMs: 60_000, attempts: 1};
  const config = {urls: [url], ...limits, deadlineMs: 60_000, onFailure: 'silent', engine} as const;
  const worker = createWorkers('opml', config, {time: systemTime});
  onTestFinished(() => worker.close());
  let body = '';
  const lane = await worker.ready(never);
  await lane.ask(
    {
      ...{requestId: 'r1', nodeId: '', model: 'tiny-llm', prompt: 'Call me ', callbackUrl: ''},
      params: new Map([['max_tokens', {text: String(maxTokens)}]]),
      replied: (reply) => Promise.resolve(void (body = reply.body)),
    },
    never,
  );
  lane.release('answered');
  return {...readWorkerAnswer('opml', Buffer.from(body)), body};
}

describe('the stand-in for an engine', () => {
  it.each(['chat', 'completions'] as const)('answers the operator by %s', async (api) => {
    const url = await start();
    const said = await asked(url, api, 500);
    expect(said).toMatchObject({
      answer: 'answer to Call me ',
      engine: {name: 'openai', model: 'aos-tiny', facts: `root ${ROOT}`},
    });
    expect(JSON.parse(said.body)).toMatchObject({finish: 'stop', usage: {completion: 32}});
    expect(JSON.parse((await asked(url, api, 5)).body)).toMatchObject({
      finish: 'length',
      usage: {completion: 5},
    });
  });

  it.each([
    ['/v1/completions', '{"model":"other","prompt":"x"}', 404],
    ['/v1/completions', '{"model":"aos-tiny"}', 400],
    ['/v1/completions', '{"model":"aos-tiny","prompt":"x","n":2}', 400],
    ['/v1/chat/completions', '{"model":"aos-tiny","messages":[]}', 400],
    ['/v1/chat/completions', 'x', 400],
    ['/v1/embeddings', '{}', 404],
  ])('refuses %s %s with %i', async (path, body, status) => {
    const reply = await rawHttp(await start(), {method: 'POST', path, headers: {}, body});
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toMatchObject({error: {message: expect.any(String) as string}});
  });

  it('sends one object to who wants no stream', async () => {
    const body = '{"model":"aos-tiny","prompt":"x","max_tokens":2}';
    const reply = await rawHttp(await start(), {method: 'POST', path: '/v1/completions', headers: {}, body});
    expect(JSON.parse(reply.body)).toMatchObject({choices: [{text: 'answer to x', finish_reason: 'length'}]});
  });
});
