import {onTestFinished} from 'vitest';
import type {EngineConfig, WorkerConfig} from '../../src/lib/config/config.ts';
import type {AosError} from '../../src/lib/foundation/errors/error.ts';
import type {DirectReply, WatchedWorker, Worker} from '../../src/lib/node/operator/ports.ts';
import {createWorkers} from '../../src/lib/peers/worker/workers.ts';
import {parseJson, type JsonObject} from '../../src/lib/protocol/wire/json.ts';
import {readWorkerAnswer} from '../../src/lib/protocol/wire/worker-answers.ts';
import type {ENGINES} from './engine-server.ts';
import {engineFixture, engineServer, event, stream, type EngineServer, type Play} from './engine-server.ts';
import {quietTime} from './quiet-time.ts';

export const never = new AbortController().signal;
export const JOB_MODEL = 'llama-2-7b-chat.Q4_0.gguf';
export const TEXT = 'The whale is white.';

export const paramsOf = (text: string): JsonObject => parseJson(Buffer.from(text)).value as JsonObject;

export type Rig = Awaited<ReturnType<typeof engineRig>>;

/** An engine of a make behind the pool that the operator has. */
export async function engineRig(
  make: (typeof ENGINES)[number] = 'vllm',
  change: Partial<EngineConfig> = {},
  {isTls = false, path = '', ...limits}: Partial<WorkerConfig> & {isTls?: boolean; path?: string} = {},
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
    urls: [`${server.url}${path}`],
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
export async function played({server, put}: Rig, play: EngineServer['play'], params?: string) {
  server.play = play;
  return put(params);
}

export const page = (status: number, type: string, body: string, headers: Record<string, string> = {}) =>
  ((response) => response.writeHead(status, {'content-type': type, ...headers}).end(body)) satisfies Play;
export const said =
  (...data: unknown[]): Play =>
  (response) =>
    void stream(response).end(data.map(event).join(''));
export const choice = (content: string, more: object = {}): object => ({
  choices: [{index: 0, delta: {content}, finish_reason: null, ...more}],
});
export const end = {choices: [{index: 0, delta: {}, finish_reason: 'stop'}]};
