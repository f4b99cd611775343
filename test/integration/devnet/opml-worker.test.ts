import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest';
import {readModel} from '../../../src/devnet/llm/model.ts';
import {complete} from '../../../src/devnet/llm/llm.ts';
import type {LlmPaths} from '../../../src/devnet/llm/host.ts';
import type {OpmlFaults} from '../../../src/devnet/worker/faults.ts';
import {
  startOpmlWorker,
  type OpmlWorker,
  type OpmlWorkerOptions,
} from '../../../src/devnet/worker/opml-worker.ts';
import {readOpmlCallback, type OpmlCallback} from '../../../src/lib/protocol/wire/messages.ts';
import {bundleThread} from '../../support/bundle-thread.ts';
import {PATIENT} from '../../support/patient.ts';

let folder: string;
let paths: LlmPaths;
let asker: Server;
let callback: string;
/** Callbacks as they came, and the HTTP statuses the asker answers the next ones with (200 when there is none). */
let answers: OpmlCallback[];
let statuses: number[];
const workers: OpmlWorker[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-opml-'));
  paths = bundleThread(folder);
});
afterAll(() => {
  rmSync(folder, {recursive: true});
});
beforeEach(async () => {
  answers = [];
  statuses = [];
  asker = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      answers.push(readOpmlCallback(Buffer.concat(parts)));
      response.writeHead(statuses.shift() ?? 200).end('{"code":200,"result":""}');
    });
  }).listen(0, '127.0.0.1');
  await once(asker, 'listening');
  callback = `http://127.0.0.1:${(asker.address() as AddressInfo).port}/api/opml_callback`;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  asker.closeAllConnections();
  asker.close();
});

async function start(options: Partial<OpmlWorkerOptions> = {}): Promise<OpmlWorker> {
  const worker = await startOpmlWorker({host: '127.0.0.1', port: 0, ...paths, ...options});
  workers.push(worker);
  return worker;
}

function ask(worker: OpmlWorker, question: Record<string, unknown>): Promise<Response> {
  const body = {model: 'tiny', prompt: 'The whale ', req_id: 'q1', callback, ...question};
  return fetch(`${worker.url}/api/v1/question`, {method: 'POST', body: JSON.stringify(body)});
}

/** A stand-in for the inference thread that does `onQuestion` (JavaScript) with each question. */
function fakeThread(name: string, onQuestion: string): URL {
  const file = join(folder, `${name}.mjs`);
  const code = `import {parentPort} from 'node:worker_threads';
    parentPort.on('message', (question) => {${onQuestion}});
    parentPort.postMessage({type: 'ready'});`;
  writeFileSync(file, code);
  return pathToFileURL(file);
}

describe('an opml worker', () => {
  it('tells that it is idle, takes a question and posts the answer', async () => {
    const worker = await start();
    const status = await fetch(`${worker.url}/api/v1/status`);
    expect(await status.text()).toBe('{"msg":"0"}');

    const taken = await ask(worker, {model: 'llama', prompt: 'What is AI?'});
    expect([taken.status, await taken.json()]).toEqual([200, {code: 200, message: 'success'}]);
    await vi.waitFor(() => expect(worker.stats().delivered).toBe(1), PATIENT);
    const model = readModel(readFileSync(new URL('tiny.bin', paths.assetsDir)));
    const {text, stateRoot} = complete(model, 'What is AI?', 32);
    expect(answers).toEqual([
      {req_id: 'q1', node_id: '', model: 'llama', prompt: 'What is AI?', answer: text, state_root: stateRoot},
    ]);
    expect(worker.stats()).toMatchObject({
      asked: 1,
      refused: 0,
      failed: 0,
      open: 0,
      delivering: 0,
      tokens: 32,
    });
  });

  it('answers every question once', async () => {
    const worker = await start({maxTokens: 4});
    const ids = Array.from({length: 12}, (_, index) => `q${index}`);
    for (const id of ids) expect((await ask(worker, {req_id: id})).status).toBe(200);
    await vi.waitFor(() => expect(worker.stats().delivered).toBe(12), PATIENT);
    expect(answers.map(({req_id}) => req_id).sort()).toEqual(ids.sort());
  });

  it('tells how many questions are open while the model is at work', async () => {
    const worker = await start({threadUrl: fakeThread('stuck', '')});
    for (const req_id of ['a', 'b', 'c']) await ask(worker, {req_id});
    expect(await (await fetch(`${worker.url}/api/v1/status`)).json()).toEqual({msg: '3'});
  });

  it('continues with a new thread when the model crashes', async () => {
    const threadUrl = fakeThread(
      'crashing',
      `if (question.prompt === 'crash') process.exit(1);
       const completion = {text: 'fine', tokens: [1], stateRoot: '00'};
       parentPort.postMessage({type: 'completed', id: question.id, completion});`,
    );
    const worker = await start({threadUrl});
    for (const prompt of ['crash', 'a', 'crash', 'crash', 'b']) await ask(worker, {req_id: prompt, prompt});
    await vi.waitFor(() => expect(worker.stats()).toMatchObject({delivered: 2, failed: 3}), PATIENT);
    expect(answers.map(({req_id, answer}) => `${req_id} ${answer}`).sort()).toEqual(['a fine', 'b fine']);
  });

  it('posts again while the asker fails, and no more than five times', async () => {
    const worker = await start({maxTokens: 1});
    statuses = [503, 500];
    await ask(worker, {});
    await vi.waitFor(() => expect(worker.stats().delivered).toBe(1), PATIENT);
    expect(answers).toHaveLength(3);

    statuses = [500, 500, 500, 500, 500];
    await ask(worker, {req_id: 'q2'});
    await vi.waitFor(() => expect(worker.stats().failed).toBe(1), PATIENT);
    expect(answers).toHaveLength(8);
  });

  it('does not post again what the asker does not want', async () => {
    const worker = await start({maxTokens: 1});
    statuses = [404];
    await ask(worker, {});
    await vi.waitFor(() => expect(worker.stats().failed).toBe(1), PATIENT);
    expect(answers).toHaveLength(1);
  });

  it('refuses more questions than it may hold', async () => {
    const worker = await start({queueLimit: 2, maxTokens: 1, faults: {lateMs: 60_000}});
    const codes: number[] = [];
    for (const req_id of ['a', 'b', 'c']) codes.push((await ask(worker, {req_id})).status);
    expect(codes).toEqual([200, 200, 503]);
    expect(worker.stats()).toMatchObject({asked: 2, refused: 1});
  });

  it.each([
    ['{', 400],
    ['[]', 400],
    ['{"req_id":"q","callback":"file:///etc/passwd"}', 400],
    ['{"req_id":"q","callback":"here"}', 400],
    ['{"callback":"http://127.0.0.1:9/"}', 400],
    ['{"req_id":1,"callback":"http://127.0.0.1:9/"}', 400],
    [`"${'x'.repeat(16 * 1024 * 1024)}"`, 413],
  ])('refuses the body %.60s', async (body, code) => {
    const worker = await start();
    const response = await fetch(`${worker.url}/api/v1/question`, {method: 'POST', body});
    expect(response.status).toBe(code);
    expect(worker.stats()).toMatchObject({asked: 0, refused: 1});
  });

  it('has no other routes', async () => {
    const worker = await start();
    expect((await fetch(`${worker.url}/api/v1/question`)).status).toBe(404);
    expect((await fetch(`${worker.url}/`)).status).toBe(404);
  });

  it('closes at once with questions open, and leaves the port', async () => {
    const worker = await start();
    for (const req_id of ['a', 'b', 'c', 'd']) await ask(worker, {req_id});
    await worker.close();
    await expect(fetch(`${worker.url}/api/v1/status`)).rejects.toThrow();
    const again = await start({port: Number(new URL(worker.url).port)});
    expect(again.url).toBe(worker.url);
  });

  it('does not start on a port in use, without its model, or beyond this machine', async () => {
    const {url} = await start();
    await expect(start({port: Number(new URL(url).port)})).rejects.toMatchObject({code: 'PORT_IN_USE'});
    const assetsDir = pathToFileURL(`${folder}/nothing/`);
    await expect(start({assetsDir})).rejects.toMatchObject({code: 'DEVNET_FAILED'});
    await expect(start({host: '0.0.0.0'})).rejects.toMatchObject({code: 'NOT_LOOPBACK'});
  });
});

describe('with faults', () => {
  it('answers twice', async () => {
    const worker = await start({maxTokens: 1, faults: {answerTwice: true}});
    await ask(worker, {});
    await vi.waitFor(() => expect(worker.stats().delivered).toBe(1), PATIENT);
    expect(answers.map(({req_id}) => req_id)).toEqual(['q1', 'q1']);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('answers late, and is idle meanwhile', async () => {
    const faults: OpmlFaults = {lateMs: 60_000};
    const worker = await start({maxTokens: 1, faults});
    await ask(worker, {req_id: 'late'});
    await vi.waitFor(() => expect(worker.stats()).toMatchObject({open: 0, delivering: 1}), PATIENT);
    faults.lateMs = 0;
    await ask(worker, {req_id: 'prompt'});
    await vi.waitFor(() => expect(worker.stats().delivered).toBe(1), PATIENT);
    expect(answers.map(({req_id}) => req_id)).toEqual(['prompt']);
  });

  it('answers for another id', async () => {
    const worker = await start({maxTokens: 1, faults: {otherId: true}});
    await ask(worker, {});
    await vi.waitFor(() => expect(worker.stats().delivered).toBe(1), PATIENT);
    expect(answers.map(({req_id}) => req_id)).not.toContain('q1');
  });

  it('never answers', async () => {
    const worker = await start({maxTokens: 1, faults: {never: true}});
    await ask(worker, {});
    await vi.waitFor(() => expect(worker.stats().failed).toBe(1), PATIENT);
    expect(answers).toEqual([]);
  });

  it('refuses, until the fault is taken back', async () => {
    const faults: OpmlFaults = {refuse: true};
    const worker = await start({maxTokens: 1, faults});
    expect((await ask(worker, {})).status).toBe(500);
    faults.refuse = false;
    expect((await ask(worker, {})).status).toBe(200);
    await vi.waitFor(
      () => expect(worker.stats()).toMatchObject({asked: 1, refused: 1, delivered: 1}),
      PATIENT,
    );
  });
});
