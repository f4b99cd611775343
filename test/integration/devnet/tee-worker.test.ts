import {createHash} from 'node:crypto';
import {afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {createAttestor, STAND_IN, type Attestor} from '../../../src/devnet/tee/attestation.ts';
import {faultsOfRestart, type TeeFaults} from '../../../src/devnet/tee/faults.ts';
import {startTeeWorker, type TeeWorker, type TeeWorkerOptions} from '../../../src/devnet/tee/tee-worker.ts';
import {instantLlm} from '../../support/instant-llm.ts';
import {quietTime, type QuietTime} from '../../support/quiet-time.ts';
import {rawHttp, type RawAnswer} from '../../support/raw-http.ts';
import {rawOperator, type RawOperator} from '../../support/raw-operator.ts';

let attestor: Attestor;
let operator: RawOperator;
let time: QuietTime;
const workers: TeeWorker[] = [];

beforeAll(async () => {
  attestor = await createAttestor(quietTime().now());
});
beforeEach(async () => {
  operator = await rawOperator();
  time = quietTime();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  operator.close();
});

async function start(options: Partial<TeeWorkerOptions> = {}): Promise<TeeWorker> {
  const worker = await startTeeWorker({
    host: '127.0.0.1',
    port: 0,
    llm: instantLlm(),
    attestor,
    callbackPort: () => operator.port,
    time,
    ...options,
  });
  workers.push(worker);
  return worker;
}

/** As it was sent to the published worker. */
const QUESTION =
  '{"request_id":"q1","node_id":"0xabc","model":"llama-2-7b","prompt":"What is AI?","prompt_hash":"ab","signature":"","params":{"temperature":0.7,"top_p":0.9,"max_tokens":64}}';

const JSON_TYPE = {'content-type': 'application/json'};

function post(
  worker: TeeWorker,
  body: string,
  headers: Record<string, string> = JSON_TYPE,
): Promise<RawAnswer> {
  const length = {'content-length': String(Buffer.byteLength(body))};
  return rawHttp(worker.url, {
    method: 'POST',
    path: '/api/v1/question',
    headers: {...length, ...headers},
    body,
  });
}

const ask = async (worker: TeeWorker, body = QUESTION): Promise<[number, string]> => {
  const {status, body: text} = await post(worker, body);
  return [status, text];
};
const statusOf = async (worker: TeeWorker): Promise<[number, string]> => {
  const {status, body} = await rawHttp(worker.url, {path: '/api/v1/status'});
  return [status, body];
};

const TAKEN = [200, '{"answer":""}'];
const FULL = [503, '{}'];
const NO_ENCLAVE = [503, '""'];
const READY = [200, '{"remain_task":1}'];
const NOT_READY = [200, '{"remain_task":0}'];

/** Waits until so many questions have ended, answered or not. */
const ended = (worker: TeeWorker, count: number): Promise<void> =>
  time.until(() => {
    const {delivered, failed} = worker.stats();
    expect(delivered + failed).toBe(count);
  });

const callbacks = (): Record<string, unknown>[] =>
  operator.got.map(({body}) => JSON.parse(body) as Record<string, unknown>);

describe('the published tee worker', () => {
  it('says by GET alone whether it has room', async () => {
    const worker = await start();
    const reply = await rawHttp(worker.url, {path: '/api/v1/status'});
    expect([reply.status, reply.body]).toEqual(READY);
    expect(reply.headers).toMatchObject({'content-type': 'application/json', 'content-length': '17'});
    const posted = await rawHttp(worker.url, {method: 'POST', path: '/api/v1/status'});
    expect([posted.status, posted.body, posted.headers['content-type']]).toEqual([404, '', undefined]);
  });

  it('calls back once, with its own model and no node id, after it has room again', async () => {
    const worker = await start();
    expect(await ask(worker)).toEqual(TAKEN);
    await ended(worker, 1);
    expect(await statusOf(worker)).toEqual(READY);
    const [got] = operator.got;
    expect(got?.route).toBe('POST /api/tee_callback');
    expect(got?.headers).toEqual([
      ...['content-type', 'application/json; charset=utf-8'],
      ...['accept', '*/*'],
      ...['host', `127.0.0.1:${operator.port}`],
      ...['content-length', String(Buffer.byteLength(got?.body ?? ''))],
    ]);
    const {attestation, elapsed} = callbacks()[0] ?? {};
    expect(got?.body).toBe(
      `{"request_id":"q1","node_id":"","model":"./llama-2-7b-chat.Q4_0.gguf","prompt":"What is AI?"` +
        `,"answer":"answer to What is AI?","attestation":"${String(attestation)}","attest_signature":"","elapsed":${String(elapsed)}}`,
    );
    expect(Number.isInteger(elapsed)).toBe(true);
    expect(operator.got).toHaveLength(1);
  });

  it('attests with a document that is bound to the answer and says that there is no enclave', async () => {
    const worker = await start();
    await ask(worker);
    await ended(worker, 1);
    const document = Buffer.from(String(callbacks()[0]?.['attestation']), 'base64');
    // COSE_Sign1: a list of four that begins with the header for ES384.
    expect(document.subarray(0, 8).toString('hex')).toBe('8444a1013822a059');
    expect(document.includes(STAND_IN)).toBe(true);
    expect(document.includes(createHash('sha256').update('answer to What is AI?').digest())).toBe(true);
  });

  it('takes one question at a time, however close two come', async () => {
    const worker = await start();
    const replies = await Promise.all([ask(worker), ask(worker, QUESTION.replace('q1', 'q2'))]);
    expect(replies).toContainEqual(TAKEN);
    expect(worker.stats().asked).toBe(replies.filter(([status]) => status === 200).length);
    await ended(worker, worker.stats().asked);
    expect(await ask(worker)).toEqual(TAKEN);
  });

  it('refuses a second question with 503 while it works', async () => {
    let finish = (): void => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const llm = {complete: async (prompt: string) => held.then(() => instantLlm().complete(prompt, 1))};
    const worker = await start({llm});
    expect(await ask(worker)).toEqual(TAKEN);
    expect(await statusOf(worker)).toEqual(NOT_READY);
    expect(await ask(worker)).toEqual(FULL);
    finish();
    await ended(worker, 1);
    expect(await statusOf(worker)).toEqual(READY);
  });

  it('never posts an answer a second time, whatever the operator replies', async () => {
    const worker = await start();
    operator.answerWith(500);
    await ask(worker);
    await ended(worker, 1);
    expect(await ask(worker)).toEqual(TAKEN);
    await ended(worker, 2);
    expect(operator.got).toHaveLength(2);
    expect(worker.stats()).toMatchObject({delivered: 0, failed: 2});
  });

  it('has the next answer wait for an operator that does not reply to the one before', async () => {
    const worker = await start();
    operator.answerWith(null);
    await ask(worker);
    await time.until(() => expect(operator.got).toHaveLength(1));
    expect(await statusOf(worker)).toEqual(READY);
    expect(await ask(worker)).toEqual(TAKEN);
    expect(await statusOf(worker)).toEqual(NOT_READY);
    expect(operator.got).toHaveLength(1);
  });

  it.each([
    [QUESTION.replace('"signature":"",', ''), 'missing field `signature` at line 1 column 157'],
    [QUESTION.replace(/,"params":.*/, '}'), 'missing field `params` at line 1 column 115'],
    [QUESTION.replace('"top_p":0.9,', ''), 'missing field `top_p` at line 1 column 159'],
    [
      QUESTION.replace('"max_tokens":64', '"max_tokens":64.0'),
      'invalid type: floating point `64.0`, expected u32 at line 1 column 172',
    ],
    [
      QUESTION.replace('"max_tokens":64', '"max_tokens":-1'),
      'invalid value: integer `-1`, expected u32 at line 1 column 170',
    ],
    [
      QUESTION.replace('"request_id":"q1"', '"request_id":1'),
      'invalid type: integer `1`, expected a string at line 1 column 15',
    ],
    ['', 'EOF while parsing a value at line 1 column 0'],
  ])('refuses %s with 400 in words', async (body, words) => {
    const reply = await post(await start(), body);
    expect([reply.status, reply.body]).toEqual([400, `Json deserialize error: ${words}`]);
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('takes a temperature that is a whole number, and members that it does not know', async () => {
    const worker = await start();
    const body = QUESTION.replace('0.7', '1').replace('{"request_id"', '{"more":[1],"request_id"');
    expect(await ask(worker, body)).toEqual(TAKEN);
  });

  it('refuses more than 2 MiB with 413, and what is no JSON by its content type', async () => {
    const worker = await start();
    const large = QUESTION.replace('What is AI?', 'x'.repeat(2 * 1024 * 1024));
    const said = await post(worker, large);
    expect([said.status, said.body]).toEqual([
      413,
      `JSON payload (${large.length} bytes) is larger than allowed (limit: 2097152 bytes).`,
    ]);
    const typed = await post(worker, QUESTION, {'content-type': 'text/plain'});
    expect([typed.status, typed.body]).toEqual([400, 'Content type error']);
  });
});

describe('a tee worker without its enclave', () => {
  it('that it never had refuses every question, with a status that is well', async () => {
    const worker = await start({faults: {enclave: 'none'}});
    expect([await ask(worker), await ask(worker)]).toEqual([NO_ENCLAVE, NO_ENCLAVE]);
    expect(await statusOf(worker)).toEqual(READY);
  });

  it.each(['gone', 'dies'] as const)(
    'that is %s takes one question and is full for ever',
    async (enclave) => {
      const worker = await start({faults: {enclave}});
      expect(await statusOf(worker)).toEqual(READY);
      expect(await ask(worker)).toEqual(TAKEN);
      await ended(worker, 1);
      expect(await statusOf(worker)).toEqual(NOT_READY);
      expect([await ask(worker), await ask(worker)]).toEqual([FULL, FULL]);
      expect(operator.got).toEqual([]);
    },
  );

  it('finds one when it is started again', () => {
    const faults: TeeFaults = {enclave: 'gone', early: true};
    expect(faultsOfRestart(faults)).toEqual({early: true});
  });
});

describe('a faulty tee worker', () => {
  it.each<[TeeFaults, Record<string, unknown>]>([
    [{otherId: true}, {request_id: 'q1-other'}],
    [{emptyAnswer: true}, {answer: ''}],
    [{badAttestation: true}, {attestation: 'no base64!'}],
  ])('with %j posts %j', async (faults, part) => {
    const worker = await start({faults});
    await ask(worker);
    await ended(worker, 1);
    expect(callbacks()).toMatchObject([part]);
  });

  it('that changes an answer after it was attested posts the document of the one before', async () => {
    const worker = await start({faults: {alteredAnswer: true}});
    await ask(worker);
    await ended(worker, 1);
    const {answer, attestation} = callbacks()[0] ?? {};
    const document = Buffer.from(String(attestation), 'base64');
    const includes = (text: string): boolean => document.includes(createHash('sha256').update(text).digest());
    expect([answer, includes('answer to What is AI?'), includes(String(answer))]).toEqual([
      'answer to What is AI?!',
      true,
      false,
    ]);
  });

  it('loses its answers, and takes the next question', async () => {
    const worker = await start({faults: {never: true}});
    expect(await ask(worker)).toEqual(TAKEN);
    await ended(worker, 1);
    expect(await ask(worker)).toEqual(TAKEN);
    await ended(worker, 2);
    expect(operator.got).toEqual([]);
  });

  it('is full for ever', async () => {
    const worker = await start({faults: {busy: true}});
    expect([await statusOf(worker), await ask(worker)]).toEqual([NOT_READY, FULL]);
  });

  it('posts an answer before the reply to its question', async () => {
    const worker = await start({faults: {early: true}});
    expect(await ask(worker)).toEqual(TAKEN);
    expect(operator.got).toHaveLength(1);
  });

  it('ends as a crash does: what is open is never answered', async () => {
    const worker = await start({llm: {complete: () => new Promise(() => {})}});
    expect(await ask(worker)).toEqual(TAKEN);
    await worker.close();
    await expect(statusOf(worker)).rejects.toThrow();
    expect(operator.got).toEqual([]);
  });
});
