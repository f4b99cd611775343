import {describe, expect, it} from 'vitest';
import {ENGINES, event, stream, type Play} from '../../../../support/engine-server.ts';
import {
  choice,
  end,
  engineRig,
  JOB_MODEL,
  never,
  page,
  paramsOf,
  played,
  said,
  TEXT,
} from '../../../../support/engine-rig.ts';

describe.each(ENGINES)('an engine as %s is', (make) => {
  it.each(['chat', 'completions'] as const)(
    'answers a job by %s, and says which engine it is',
    async (api) => {
      const all = await engineRig(make, {api, logprobs: true});
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
    const {server, put} = await engineRig(make);
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
    const {worker, time, server} = await engineRig(make, {}, {concurrency: 200});
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
    const {worker} = await engineRig();
    expect(worker.whyUnfit({model, prompt: '', params: paramsOf(params)})).toContain(why);
  });

  it('of a model of the list is', async () => {
    const {worker} = await engineRig();
    const params = paramsOf('{"temperature":null,"proof_path":"x","stop":"END"}');
    expect(worker.whyUnfit({model: JOB_MODEL, prompt: '', params})).toBeNull();
  });

  it('whose own max_tokens cuts its answer is answered', async () => {
    const all = await engineRig();
    const cut = (response: Parameters<Play>[0]): void =>
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

it('a server that does not stream is answered from its one object', async () => {
  const all = await engineRig();
  const whole = {
    model: all.server.fixture.model,
    choices: [{index: 0, message: {role: 'assistant', content: TEXT, tool_calls: []}, finish_reason: 'stop'}],
    usage: {prompt_tokens: 7, completion_tokens: 5},
  };
  expect(await played(all, page(200, 'application/json', JSON.stringify(whole)))).toBe('answered');
  expect(all.answer().answer).toBe(TEXT);
});

it('a check asks a model of the list, and limits the answer itself', async () => {
  const {worker} = await engineRig();
  const job = worker.checkJob({model: 'default', prompt: 'What is AI?'});
  expect(job).toMatchObject({model: JOB_MODEL, prompt: 'What is AI?'});
  expect(job?.params.get('max_tokens')).toEqual({text: '16'});
});

it('log-probabilities of which one is no number are none', async () => {
  const all = await engineRig('vllm', {logprobs: true});
  const one = (logprob: number | null): object => choice('x', {logprobs: {content: [{token: 'x', logprob}]}});
  expect(await played(all, said(one(-1), one(null), end))).toBe('answered');
  expect(JSON.parse(all.replies[0]?.body ?? '')).not.toHaveProperty('logprobs');
});

it.each(['/', '/v1', '/v1/', '//'])('the URL of an engine may end with %s', async (path) => {
  const {put} = await engineRig('vllm', {}, {path});
  expect(await put()).toBe('answered');
});

describe('an answer that comes', () => {
  const whole = event(choice(TEXT)) + event(end) + event('[DONE]');
  const bytes =
    (...parts: (string | Buffer)[]): Play =>
    (response) => {
      const out = stream(response);
      for (const part of parts) out.write(part);
      out.end();
    };
  const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

  it.each<[string, Play]>([
    ['after a mark of the byte order', bytes(BOM, whole)],
    ['byte by byte', bytes(...Array.from(whole))],
    ['with the line ends of old machines', bytes(whole.replaceAll('\n', '\r'))],
    ['with those of Windows, cut in the middle', bytes(...whole.replaceAll('\n', '\r\n').split(/(?<=\r)/))],
    ['among comments and names of events', bytes(`: hi\nevent: x\nid: 1\n${whole}`)],
    [
      'with an empty finish_reason before the last',
      said(choice('The whale', {finish_reason: ''}), choice(' is white.', {finish_reason: ''}), end),
    ],
    ['with its end said twice', said(choice(TEXT, {finish_reason: 'stop'}), end, '[DONE]')],
    [
      'as one object after a mark of the byte order',
      page(
        200,
        'Application/JSON; charset=utf-8',
        `\ufeff{"choices":[{"text":"${TEXT}","finish_reason":"stop"}]}`,
      ),
    ],
  ])('%s is whole', async (_how, play) => {
    const all = await engineRig();
    expect(await played(all, play)).toBe('answered');
    expect(all.answer().answer).toBe(TEXT);
  });
});
