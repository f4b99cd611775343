import {expect, it, onTestFinished} from 'vitest';
import type {WorkerConfig} from '../../../../src/lib/config/config.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {engineFixture, engineServer, event, stream} from '../../../support/engine-server.ts';
import {createRig} from '../../../support/operator-rig.ts';

const SECOND = 1_000;
const MODEL = 'llama-2-7b';
const TEXT = 'The whale is white.';

/** An operator whose opml worker is an Ollama. */
async function world(change: Partial<WorkerConfig> = {}) {
  const rig = await createRig();
  const server = await engineServer(engineFixture('ollama'), {time: rig.time});
  const worker = createWorkers(
    'opml',
    {
      urls: [server.url],
      concurrency: 4,
      readyTimeoutMs: 60 * SECOND,
      answerTimeoutMs: 20 * SECOND,
      attempts: 3,
      deadlineMs: 600 * SECOND,
      onFailure: 'silent',
      engine: {
        api: 'chat',
        models: new Map([[MODEL, server.fixture.model]]),
        seed: 7,
        temperature: 0,
        topP: 1,
        maxTokens: 64,
        apiKeyFile: null,
        ca: null,
        logprobs: false,
      },
      ...change,
    },
    {time: rig.time},
  );
  onTestFinished(() => worker.close());
  const run = await rig.start({workers: [worker], backoff: {firstMs: 50, capMs: 500}});
  await run.event('range');
  await run.event('connected');
  const submit = (jobId: string, model = MODEL): void =>
    void rig.dispatcher.submit({
      jobId,
      kind: 'opml',
      model,
      prompt: `prompt of ${jobId}`,
      params: '{"max_tokens":32}',
    });
  const texts = (jobId: string): string[] => rig.dispatcher.results(jobId).map(({result}) => result);
  const wait = (ms: number): Promise<void> => rig.time.during(rig.time.sleep(ms), `${ms} ms`, ms + SECOND);
  return {rig, server, run, submit, texts, wait};
}

it('an engine answers the jobs of its models, and what it says of itself is kept with each', async () => {
  const {rig, server, run, submit, texts} = await world();
  for (const n of [0, 1, 2]) submit(`job-${n}`);
  await rig.answered(3);
  expect([0, 1, 2].map((n) => texts(`job-${n}`))).toEqual([[TEXT], [TEXT], [TEXT]]);
  const kept = JSON.parse(run.journal.requests(1)[0]?.answer ?? '') as Record<string, unknown>;
  expect(kept).toMatchObject({
    model: MODEL,
    answer: TEXT,
    engine: server.fixture.expect,
    sampling: {api: 'chat', max_tokens: 32, temperature: 0, seed: 7},
    finish: 'stop',
  });
  await run.stop();
});

it('a job with a model that it does not have is unanswered at once, and is no problem', async () => {
  const {server, run, submit, texts} = await world();
  submit('job-0', 'another');
  const {reason, unfit} = await run.event('job_unanswered');
  expect([reason, unfit]).toEqual([expect.stringContaining('names no model "another"'), true]);
  expect([texts('job-0'), server.asked, run.of('problem')]).toEqual([[], [], []]);
  await run.stop();
});

it('an engine that changes while it answers has its text kept, and not sent, until it is as it was', async () => {
  const {rig, server, run, submit, texts, wait} = await world();
  const before = structuredClone(server.fixture);
  server.play = (response) => {
    server.fixture.gets['/api/tags'] = {models: [{name: 'llama3.2:1b', digest: 'ff'.repeat(32)}]};
    stream(response).end(event({choices: [{index: 0, delta: {content: 'wrong'}, finish_reason: 'stop'}]}));
  };
  submit('job-0');
  const problem = await run.event('problem', ({code}) => code === 'WORKER_CHANGED');
  expect(problem.message).toContain('digest');
  expect(JSON.stringify(problem.next)).toContain('restart');
  server.fixture = before;
  server.play = null;
  await wait(100 * SECOND);
  await rig.answered(1);
  expect(texts('job-0')).toEqual([TEXT]);
  expect(run.journal.failed(1)).toBe(0);
  await run.event('recovered', ({part}) => part === 'worker');
  await run.stop();
});

it('a job that the engine does not take waits without a problem, and is answered when it does', async () => {
  const {rig, server, run, submit, texts, wait} = await world();
  server.play = (response) =>
    response.writeHead(400, {'content-type': 'application/json'}).end('{"error":{"message":"too long"}}');
  submit('job-0');
  const {message} = await run.event('job_retry', ({code}) => code === 'REQUEST_REJECTED');
  expect(message).toContain('too long');
  expect(run.of('problem')).toEqual([]);
  server.play = null;
  await wait(60 * SECOND);
  await rig.answered(1);
  expect([texts('job-0'), run.journal.failed(1)]).toEqual([[TEXT], 0]);
  await run.stop();
});
