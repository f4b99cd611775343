import {createServer, type AddressInfo} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {createDispatcherRest} from '../../../../src/lib/peers/dispatcher/rest.ts';
import {bodyOf, freePort, httpServer} from '../../../support/signer.ts';

const ID = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const signal = new AbortController().signal;

/** One answer to whatever is asked. */
const answering = (status: number, body: string, type = 'application/json'): Promise<string> =>
  httpServer((_request, response) => response.writeHead(status, {'content-type': type}).end(body));

/** The row of HEAD, and those of the newest with the ids of two operators, as they were recorded. */
const ROWS = {
  head: {
    id: `${ID}_7bc7_`,
    job_id: '7bc7',
    operator: ID,
    result: 'answer to P2',
    clock: {'1': '2'},
    signature: '',
    job_type: '',
    tag: 'malicious',
    created_at: '2026-11-29 06:09:53',
  },
  newest: {
    id: `${ID}_7bc7_`,
    job_id: '7bc7',
    operator: ID,
    result: '',
    verify_id: '7bc7',
    vrf: {selected: false, vrf_prompt_hash: 'a9'},
    clock: {'1': '5'},
    signature: '',
    job_type: '',
    tag: '',
    created_at: '2026-11-29 07:10:11',
  },
  ofPublishedOperator: {
    id: '_7bc7_',
    job_id: '7bc7',
    operator: '',
    result: 'Paris',
    verify_id: '7bc7',
    vrf: {selected: true},
    clock: {'1': '2'},
    signature: '',
    job_type: '',
    tag: '',
    created_at: '2026-11-29 07:10:12',
  },
  friendly: {operator: ID, result: '', reason: 'out of range', vrf: {selected: false}},
};

describe('rows of a job', () => {
  it.each([
    ['HEAD', ROWS.head, {operator: ID, result: 'answer to P2', reason: '', selected: null}],
    ['the newest', ROWS.newest, {operator: ID, result: '', reason: '', selected: false}],
    [
      'the published operator',
      ROWS.ofPublishedOperator,
      {operator: '', result: 'Paris', reason: '', selected: true},
    ],
    ['the devnet', ROWS.friendly, {operator: ID, result: '', reason: 'out of range', selected: false}],
    ['a result that is no text', {...ROWS.head, result: {a: [1.0]}}, {result: '{"a":[1]}'}],
    ['a null VRF', {...ROWS.head, vrf: null}, {selected: null}],
  ])('of %s are read', async (_name, row, expected) => {
    const url = await answering(200, JSON.stringify({code: 200, result: [row]}));
    expect(await createDispatcherRest(url).jobResults('7bc7', signal)).toMatchObject([expected]);
  });

  it('of an unknown job are none', async () => {
    const url = await answering(200, '{"code":200,"result":[]}');
    expect(await createDispatcherRest(url).jobResults('7bc7', signal)).toEqual([]);
  });

  it.each(['null', '{}', '["x"]'])('that are %s are refused', async (result) => {
    const url = await answering(200, `{"code":200,"result":${result}}`);
    await expect(createDispatcherRest(url).jobResults('7bc7', signal)).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
    });
  });
});

describe('the row of an operator', () => {
  it('is found in each letter case, with the id as it is written there', async () => {
    const lower = ID.toLowerCase();
    const asked: string[] = [];
    const url = await httpServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        const {operator} = JSON.parse(chunk.toString()) as {operator: string};
        asked.push(operator);
        const row = {id: lower, address: lower, start: '1200', end: '1800', status: '', operator_type: ''};
        response.end(JSON.stringify({code: 200, result: operator === lower ? row : null}));
      });
    });
    expect(await createDispatcherRest(url).operatorInfo(ID, signal)).toEqual({
      id: lower,
      address: lower,
      range: {start: 1200n, end: 1800n},
      status: '',
    });
    expect(asked).toEqual([ID, lower]);
  });
});

describe('a job', () => {
  it('is submitted with the fields and parameters that the published programs insist on', async () => {
    const bodies: unknown[] = [];
    const url = await httpServer((request, response) => {
      void bodyOf(request).then((body) => {
        bodies.push(JSON.parse(body));
        response.end('{"code":200,"result":"7bc7"}');
      });
    });
    const job = {prompt: 'What is AI?', model: 'llama', kind: 'tee'};
    expect(await createDispatcherRest(url).submitJob(job, signal)).toBe('7bc7');
    const params = {temperature: 1, top_p: 0.5, max_tokens: 1024};
    expect(bodies).toEqual([
      {from: null, job: {tag: 'tee', prompt: 'What is AI?', model: 'llama', params}, verify: null},
    ]);
  });
});

describe('an answer that is an error', () => {
  const missing =
    'Failed to deserialize the JSON body into the target type: missing field `from` at line 1 column 78';
  it.each([
    [422, missing, 'text/plain; charset=utf-8', 'DISPATCHER_REFUSED', `HTTP 422: ${missing}`],
    [
      415,
      'Expected request with `Content-Type: application/json`',
      'text/plain',
      'DISPATCHER_REFUSED',
      'HTTP 415: Expected request',
    ],
    [
      400,
      'Failed to parse the request body as JSON',
      'text/plain',
      'DISPATCHER_REFUSED',
      'HTTP 400: Failed to parse',
    ],
    [404, '', 'text/plain', 'DISPATCHER_REFUSED', 'has no /api/job/result (HTTP 404: Not Found)'],
    [405, '', 'text/plain', 'DISPATCHER_REFUSED', 'has no /api/job/result (HTTP 405: Method Not Allowed)'],
    [301, '', 'text/plain', 'DISPATCHER_REFUSED', 'HTTP 301: Moved Permanently'],
    [
      502,
      '<html>\n<h1>Bad \u001b[31mGateway</h1>',
      'text/html',
      'DISPATCHER_FAILED',
      'HTTP 502: <html> <h1>Bad \\x1b[31mGateway</h1>',
    ],
    [200, '{"code":500,"message":""}', 'application/json', 'DISPATCHER_FAILED', 'code 500 without a message'],
    [
      200,
      '{"code":500,"message":"duplicate key","result":null}',
      'application/json',
      'DISPATCHER_FAILED',
      'duplicate key (code 500)',
    ],
    [
      200,
      '{"code":401,"message":"no such project"}',
      'application/json',
      'DISPATCHER_REFUSED',
      'no such project (code 401)',
    ],
    [
      400,
      '{"code":400,"message":"body.from is not there"}',
      'application/json',
      'DISPATCHER_REFUSED',
      'body.from is not there (code 400)',
    ],
    [200, '<html>welcome</html>', 'text/html', 'MESSAGE_INVALID', 'is not JSON with a code'],
    [200, '{"result":1}', 'application/json', 'MESSAGE_INVALID', 'is not JSON with a code'],
  ])('HTTP %i %j is shown', async (status, body, type, code, words) => {
    const url = await answering(status, body, type);
    const failed = createDispatcherRest(url).jobResults('7bc7', signal);
    await expect(failed).rejects.toMatchObject({code, message: expect.stringContaining(words) as string});
  });

  it('after a connection that is closed names its chain account, not the address', async () => {
    const url = await httpServer((request) => request.socket.destroy());
    await expect(createDispatcherRest(url).operatorInfo(ID, signal)).rejects.toMatchObject({
      code: 'DISPATCHER_FAILED',
      next: {say: expect.stringMatching(/^The address is right/) as string},
    });
  });

  it('where nothing listens is that it cannot be reached', async () => {
    const rest = createDispatcherRest(`http://127.0.0.1:${await freePort()}`);
    await expect(rest.operatorInfo(ID, signal)).rejects.toMatchObject({
      code: 'DISPATCHER_UNREACHABLE',
      message: expect.stringContaining('nothing listens there') as string,
    });
  });

  it('that is no HTTP is that it cannot be reached', async () => {
    const server = createServer((socket) => socket.end('SSH-2.0-x\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const rest = createDispatcherRest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(rest.jobResults('7bc7', signal)).rejects.toMatchObject({code: 'DISPATCHER_UNREACHABLE'});
  });
});
