import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import {once} from 'node:events';
import type {AddressInfo, Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeEach, describe, expect, it} from 'vitest';
import {devnetPaths} from '../../../src/devnet/paths.ts';
import {download} from '../../../src/devnet/zkml/download.ts';
import type {ZkmlFaults} from '../../../src/devnet/zkml/faults.ts';
import {startProofServer, type ProofServer} from '../../../src/devnet/zkml/proof-server.ts';
import {readProofs} from '../../../src/devnet/zkml/proofs.ts';
import {openVerifier} from '../../../src/devnet/zkml/verifier.ts';
import {startZkmlWorker, type ZkmlWorker} from '../../../src/devnet/zkml/zkml-worker.ts';
import {systemTime} from '../../../src/lib/foundation/system/system-time.ts';
import {bundleProofThread} from '../../support/bundle-thread.ts';
import {ENGINE_DIRS, modelFiles, NO_ENGINE} from '../../support/proofs.ts';
import {quietTime, type QuietTime} from '../../support/quiet-time.ts';
import {rawHttp, type RawAnswer} from '../../support/raw-http.ts';

const proofs = readProofs(devnetPaths().assetsDir);
const closers: (() => Promise<void>)[] = [];
let time: QuietTime;
let server: ProofServer;

async function serve(faults: ZkmlFaults = {}): Promise<ProofServer> {
  const started = await startProofServer({host: '127.0.0.1', port: 0, proofs, faults, time});
  closers.push(started.close);
  return started;
}

async function start(faults: ZkmlFaults = {}): Promise<ZkmlWorker> {
  const worker = await startZkmlWorker({host: '127.0.0.1', port: 0, proofs, faults, time});
  closers.push(worker.close);
  return worker;
}

beforeEach(async () => {
  time = quietTime();
  server = await serve();
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const urlOf = (name: string, from = server): string => `${from.url}/${name}.json`;

function post(
  worker: ZkmlWorker,
  route: string,
  body: string,
  type = 'application/json',
): Promise<RawAnswer> {
  return rawHttp(worker.url, {method: 'POST', path: route, headers: {'content-type': type}, body});
}

async function verify(worker: ZkmlWorker, model: string, proofPath: string): Promise<[number, string]> {
  const body = JSON.stringify({model, req_id: '1', callback: 'http://x/', proof_path: proofPath});
  const {status, body: text} = await post(worker, '/api/v1/verify', body);
  return [status, text];
}

const said = (code: number, result: string): [number, string] => [
  200,
  JSON.stringify({req_id: '1', code, result}),
];
const other = (why: string): [number, string] => said(1004, `Other Error for the Operator: ${why}`);

describe('the published zkml worker', () => {
  it.each([
    ['mean', 'mean-0', 'true'],
    ['mean', 'mean-1', 'true'],
    ['dense', 'dense-0', 'true'],
    ['../models/dense', 'dense-1', 'true'],
    ['mean', 'mean-0-instance', 'false'],
    ['dense', 'dense-1-byte', 'false'],
    ['mean', 'dense-0', 'false'],
  ])('says of the model %s and the proof %s: %s', async (model, name, verdict) => {
    expect(await verify(await start(), model, urlOf(name))).toEqual(said(200, verdict));
  });

  it('says so in JSON, open to every page of a browser', async () => {
    const body = JSON.stringify({model: 'mean', req_id: '1', proof_path: urlOf('mean-0')});
    const {headers} = await post(await start(), '/api/v1/verify', body);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      vary: 'origin, access-control-request-method, access-control-request-headers',
    });
  });

  it('says "false" for what is no proof at all', async () => {
    const odd = await heldFile('{"a":1}');
    odd.release();
    expect(await verify(await start(), 'mean', odd.url)).toEqual(said(200, 'false'));
  });

  it('leaves a file that is too large, and its connection', async () => {
    const large = createServer((_, response) => void response.write('0123456789')).listen(0, '127.0.0.1');
    await once(large, 'listening');
    closers.push(() => new Promise((resolve) => large.close(() => resolve())));
    const url = `http://127.0.0.1:${(large.address() as AddressInfo).port}/`;
    const left = once(large, 'connection').then(([socket]: Socket[]) => socket && once(socket, 'close'));
    expect(await download(url, new AbortController().signal, 9)).toEqual({
      why: `error sending request for url (${url}): the body is larger than 9 bytes`,
    });
    await left;
  });

  it.each([
    ['gpt', 'mean-0', 'Model directory does not exist'],
    ['', 'mean-0', 'VK does not exist'],
    ['mean', 'none', 'reponse is not success'],
  ])('fails for the model %j and the proof %s: %s', async (model, name, why) => {
    expect(await verify(await start(), model, urlOf(name))).toEqual(other(why));
  });

  it.each([
    ['/tmp/proof.json', 'builder error: relative URL without a base'],
    ['', 'builder error: relative URL without a base'],
    ['ftp://127.0.0.1/x', 'builder error for url (ftp://127.0.0.1/x): URL scheme is not allowed'],
    [
      'http://127.0.0.1:1/x',
      'error sending request for url (http://127.0.0.1:1/x): error trying to connect: tcp connect error: Connection refused (os error 111)',
    ],
    [
      'http://192.0.2.1/x',
      'error sending request for url (http://192.0.2.1/x): error trying to connect: a devnet fetches from this machine alone: 192.0.2.1 is not a loopback address',
    ],
  ])('fails for the proof_path %j', async (proofPath, why) => {
    expect(await verify(await start(), 'mean', proofPath)).toEqual(other(why));
  });

  it.each([
    [
      '{"model":"mean","proof_path":"http://x/"}',
      422,
      'Failed to deserialize the JSON body into the target type: missing field `req_id` at line 1 column 41',
    ],
    [
      '{"req_id":1}',
      422,
      'Failed to deserialize the JSON body into the target type: req_id: invalid type: integer `1`, expected a string at line 1 column 11',
    ],
    ['{"req_id"', 400, 'Failed to parse the request body as JSON: '],
  ])('refuses %s in plain text', async (body, status, words) => {
    const reply = await post(await start(), '/api/v1/verify', body);
    expect([reply.status, reply.headers['content-type']]).toEqual([status, 'text/plain; charset=utf-8']);
    expect(reply.body).toContain(words);
  });

  it('has the other routes, and cannot prove', async () => {
    const worker = await start();
    const got = async (path: string): Promise<[number, string]> => {
      const {status, body} = await rawHttp(worker.url, {path});
      return [status, body];
    };
    expect(await got('/api/v1/ping')).toEqual([200, 'pong']);
    expect(await got('/api/v1/healthcheck')).toEqual([200, '{"req_id":"","code":200,"result":"healthy"}']);
    expect(await got('/api/v1/status')).toEqual([404, '']);
    expect(await got('/api/v1/verify')).toEqual([405, '']);
    const proved = async (input: string): Promise<string> =>
      (await post(worker, '/api/v1/prove', JSON.stringify({req_id: 'p', input}))).body;
    expect(await proved('c.onnx')).toBe('{"req_id":"p","code":500,"result":"Failed to execute ezkl prove"}');
    expect(await proved('')).toBe('{"req_id":"p","code":500,"result":"The input must not be empty"}');
    const typed = await post(worker, '/api/v1/verify', '{}', 'text/plain');
    expect([typed.status, typed.body]).toEqual([
      415,
      'Expected request with `Content-Type: application/json`',
    ]);
  });

  it('does one request at a time, the download included; its health is asked beside them', async () => {
    const worker = await start();
    const slow = await heldFile(proofs.file('mean-0') ?? '');
    const order: string[] = [];
    const first = verify(worker, 'mean', slow.url).then(() => order.push('first'));
    await slow.asked;
    const second = verify(worker, 'dense', urlOf('dense-0')).then(() => order.push('second'));
    expect((await rawHttp(worker.url, {path: '/api/v1/healthcheck'})).status).toBe(200);
    expect(order).toEqual([]);
    slow.release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    expect(worker.stats()).toEqual({true: 2, false: 0, failed: 0});
  });

  it('is free again when a client hangs up', async () => {
    const worker = await start();
    const slow = await heldFile('');
    const gone = new AbortController();
    const body = JSON.stringify({model: 'mean', req_id: '1', proof_path: slow.url});
    const headers = {'content-type': 'application/json'};
    const asked = fetch(`${worker.url}/api/v1/verify`, {method: 'POST', headers, body, signal: gone.signal});
    await slow.asked;
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect(await verify(worker, 'mean', urlOf('mean-0'))).toEqual(said(200, 'true'));
  });

  it('answers with 408 after 600 s, and is free again', async () => {
    const worker = await start();
    const slow = await serve({slowProofsMs: 1_000_000});
    const reply = await time.during(verify(worker, 'mean', urlOf('mean-0', slow)), 'the time limit');
    expect(reply).toEqual([408, 'request timed out']);
    expect(await verify(worker, 'mean', urlOf('mean-0'))).toEqual(said(200, 'true'));
  });
});

describe('a faulty zkml worker', () => {
  it('without its SRS says "false" to every proof', async () => {
    const worker = await start({noSrs: true});
    expect(await verify(worker, 'mean', urlOf('mean-0'))).toEqual(said(200, 'false'));
    expect(await verify(worker, 'gpt', urlOf('mean-0'))).toEqual(other('Model directory does not exist'));
  });

  it('without ezkl fails with code 1004', async () => {
    const worker = await start({noEzkl: true});
    expect(await verify(worker, 'mean', urlOf('mean-0'))).toEqual(other('Failed to execute ezkl verify'));
  });

  it('is overloaded', async () => {
    const worker = await start({busy: true});
    expect(await verify(worker, 'mean', urlOf('mean-0'))).toEqual([
      503,
      'service is overloaded, try again later',
    ]);
  });

  it('never ends a verification, which its time limit then does', async () => {
    const worker = await start({never: true});
    const reply = await time.during(verify(worker, 'mean', urlOf('mean-0')), 'the time limit');
    expect(reply).toEqual([408, 'request timed out']);
  });
});

describe('a worker that lies', () => {
  it('says the other word of one proof in five, and the truth of the one that is known to be good', async () => {
    const worker = await start({lies: true});
    const words: string[] = [];
    for (const name of ['mean-0', 'mean-1', 'mean-1', 'mean-1-byte', 'mean-0', 'mean-1', 'mean-1', 'mean-1'])
      words.push((await verify(worker, 'mean', urlOf(name)))[1]);
    expect(words.map((text) => (JSON.parse(text) as {result: string}).result)).toEqual([
      ...['true', 'false', 'true', 'false', 'true', 'true', 'true', 'false'],
    ]);
  });
});

describe.skipIf(NO_ENGINE)('a worker where the engine is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aos-devnet-zkml-'));
  const verifier = openVerifier({
    ...{proofs, assetsDir: devnetPaths().assetsDir, engineDirs: ENGINE_DIRS, time: systemTime},
    threadUrl: bundleProofThread(folder),
  });
  afterAll(async () => {
    await verifier.close();
    rmSync(folder, {recursive: true});
  });
  const isTrue = (model: string, bytes: string): Promise<boolean> =>
    verifier.isTrue(model, Buffer.from(bytes), new AbortController().signal);

  it('checks the proofs with it, with the files that a configuration can name', async () => {
    expect(verifier.models.map(({name, files}) => [name, files])).toEqual([
      ['mean', modelFiles('mean')],
      ['dense', modelFiles('dense')],
    ]);
    for (const [model, name, wanted] of [
      ['mean', 'mean-0', true],
      ['dense', 'dense-1', true],
      ['mean', 'mean-0-instance', false],
      ['dense', 'dense-1-byte', false],
      ['mean', 'dense-0', false],
    ] as const)
      expect(await isTrue(model, proofs.file(name) ?? ''), name).toBe(wanted);
    expect(await isTrue('mean', '{"a":1}')).toBe(false);
    expect(await isTrue('none', proofs.file('mean-0') ?? '')).toBe(false);
  });
});

it('knows proofs by their hash where there is no engine, or no thread', async () => {
  const {assetsDir} = devnetPaths();
  const bare = {proofs, assetsDir, time: systemTime};
  for (const verifier of [
    openVerifier({...bare, engineDirs: [], threadUrl: new URL('file:///none.js')}),
    openVerifier({...bare, engineDirs: ENGINE_DIRS, threadUrl: null}),
  ]) {
    expect(verifier.models).toEqual([]);
    const bytes = Buffer.from(proofs.file('mean-0') ?? '');
    expect(await verifier.isTrue('mean', bytes, new AbortController().signal)).toBe(true);
  }
});

describe('the proofs', () => {
  it('are served on loopback by their names, and no other file is', async () => {
    const {body, headers} = await rawHttp(server.url, {path: '/mean-0.json'});
    expect([body, headers['content-type']]).toEqual([proofs.file('mean-0'), 'application/json']);
    for (const path of ['/', '/mean-0', '/../assets/tiny.bin', '/none.json'])
      expect((await rawHttp(server.url, {path})).status, path).toBe(404);
  });

  it('are changed in one instance or one byte, and in nothing else', () => {
    type Proof = {instances: string[][]; proof: number[]};
    const read = (name: string): Proof => JSON.parse(proofs.file(name) ?? '') as Proof;
    for (const name of ['mean-0', 'dense-1']) {
      const [whole, instance, byte] = [read(name), read(`${name}-instance`), read(`${name}-byte`)];
      expect(instance.proof).toEqual(whole.proof);
      expect(instance.instances).not.toEqual(whole.instances);
      expect(byte.instances).toEqual(whole.instances);
      expect(byte.proof.slice(0, -1)).toEqual(whole.proof.slice(0, -1));
      expect(byte.proof.at(-1)).not.toBe(whole.proof.at(-1));
    }
  });

  it('are known by what a verifier looks at, however the file is written', () => {
    const {instances, proof} = JSON.parse(proofs.file('mean-0') ?? '') as Record<string, unknown>;
    const rewritten = Buffer.from(JSON.stringify({proof, instances}, null, 1));
    expect(proofs.isTrue('mean', rewritten)).toBe(true);
    expect(proofs.isTrue('dense', rewritten)).toBe(false);
    expect(proofs.isTrue('mean', Buffer.from('[]'))).toBe(false);
  });
});

/** A file that is served when it is released. */
async function heldFile(content: string): Promise<{url: string; asked: Promise<void>; release(): void}> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const file = createServer((_, response) => void released.then(() => response.end(content)));
  const asked = once(file, 'request').then(() => undefined);
  file.listen(0, '127.0.0.1');
  await once(file, 'listening');
  closers.push(() => {
    file.closeAllConnections();
    return new Promise((resolve) => file.close(() => resolve()));
  });
  return {url: `http://127.0.0.1:${(file.address() as AddressInfo).port}/x`, asked, release};
}
