import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it, vi} from 'vitest';
import type {LlmPaths} from '../../../src/devnet/llm/host.ts';
import {openWorkers, type Workers, type WorkersOptions} from '../../../src/devnet/workers.ts';
import {bundleThread} from '../../support/bundle-thread.ts';
import {rawHttp} from '../../support/raw-http.ts';
import {rawOperator, type RawOperator} from '../../support/raw-operator.ts';
import {PATIENT} from '../../support/patient.ts';

let folder: string;
let paths: LlmPaths;
const closers: (() => unknown)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-workers-'));
  paths = bundleThread(folder);
});
afterAll(() => {
  rmSync(folder, {recursive: true});
});
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

const OPTIONS: WorkersOptions = {
  kinds: ['tee', 'zkml'],
  workerUrl: null,
  second: null,
  engine: null,
  worker: 'published',
  operators: 1,
  ports: {},
  faults: {},
};

async function open(change: Partial<WorkersOptions>, operators: RawOperator[] = []): Promise<Workers> {
  const operatorPort = (index: number): number | null => operators[index]?.port ?? null;
  return openWorkers({...OPTIONS, ...change}, {closers, operatorPort, paths});
}

async function operator(): Promise<RawOperator> {
  const started = await rawOperator();
  closers.push(() => started.close());
  return started;
}

const post = async (url: string, path: string, body: object): Promise<[number, string]> => {
  const headers = {'content-type': 'application/json'};
  const reply = await rawHttp(url, {method: 'POST', path, headers, body: JSON.stringify(body)});
  return [reply.status, reply.body];
};
const ask = (url: string): Promise<[number, string]> =>
  post(url, '/api/v1/question', {
    ...{request_id: 'q', node_id: '', model: '', prompt: 'The whale ', prompt_hash: '', signature: ''},
    params: {temperature: 0, top_p: 1, max_tokens: 1},
  });

describe('the workers of a devnet', () => {
  it('have a tee worker for each operator, which calls that one alone', async () => {
    const operators = [await operator(), await operator()];
    const workers = await open({kinds: ['tee'], operators: 2}, operators);
    const urls = operators.map((_, index) => workers.sections(index)[0]?.url ?? '');
    expect(new Set(urls).size).toBe(2);
    expect(await Promise.all(urls.map(ask))).toEqual([
      [200, '{"answer":""}'],
      [200, '{"answer":""}'],
    ]);
    await vi.waitFor(() => expect(operators.map(({got}) => got.length)).toEqual([1, 1]), PATIENT);
  });

  it('have a second zkml worker for a cross-check: it agrees, lies about one proof in five, or refuses', async () => {
    const said = async (manner: 'agrees' | 'lies' | 'refuses'): Promise<unknown[]> => {
      const workers = await open({kinds: ['zkml'], second: manner});
      const [section] = workers.sections(0);
      const url = section?.kind === 'zkml' ? (section.second ?? '') : '';
      const body = {req_id: 'q', model: 'mean', proof_path: `${workers.proofsUrl ?? ''}/mean-1.json`};
      const replies = [];
      for (let n = 0; n < 2; n += 1) replies.push(await post(url, '/api/v1/verify', body));
      return replies.map(([status, text]) =>
        status === 200 ? (JSON.parse(text) as {result: string}).result : status,
      );
    };
    expect([await said('agrees'), await said('lies'), await said('refuses')]).toEqual([
      ['true', 'true'],
      ['false', 'true'],
      [422, 422],
    ]);
  });

  it('end and come back where they were, with an enclave', async () => {
    const workers = await open({faults: {tee: {enclave: 'none'}}});
    const [tee, zkml] = workers.sections(0);
    expect(await ask(tee?.url ?? '')).toEqual([503, '""']);
    expect(await workers.part?.stop()).toBe(true);
    expect(workers.part?.isRunning()).toBe(false);
    await expect(ask(tee?.url ?? '')).rejects.toThrow();
    expect(await workers.part?.start()).toBe(true);
    expect(await workers.part?.start()).toBe(false);
    expect(workers.sections(0)).toEqual([tee, zkml]);
    expect(await ask(tee?.url ?? '')).toEqual([200, '{"answer":""}']);
  });

  it('know a good proof and serve it', async () => {
    const workers = await open({});
    const zkml = workers.sections(0).find((section) => section.kind === 'zkml');
    const known = zkml?.kind === 'zkml' ? zkml.knownGood : null;
    expect(known).toEqual({model: 'mean', proofPath: `${workers.proofsUrl}/mean-0.json`});
    const body = {req_id: 'r', model: known?.model, proof_path: known?.proofPath};
    expect(await post(zkml?.url ?? '', '/api/v1/verify', body)).toEqual([
      200,
      '{"req_id":"r","code":200,"result":"true"}',
    ]);
  });

  it.each(['opml', 'tee', 'zkml'] as const)(
    'may be a worker elsewhere (%s), of which no proof is known',
    async (kind) => {
      const url = 'http://127.0.0.1:9';
      const workers = await open({kinds: [kind], workerUrl: url, ports: {teeCallback: 21_001}});
      expect(workers.part).toBeNull();
      expect(workers.sections(0)).toEqual([
        {
          opml: {kind, url, engine: null},
          tee: {kind, url, callbackPort: 21_001, attested: null},
          zkml: {kind, url, knownGood: null, models: [], second: null},
        }[kind],
      ]);
      expect(workers.proofsUrl === null).toBe(kind !== 'zkml');
    },
  );
});
