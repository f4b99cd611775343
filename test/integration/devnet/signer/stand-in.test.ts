import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {DEV_SIGNER_KEY} from '../../../../src/devnet/signer/keys.ts';
import {startDevSigner} from '../../../../src/devnet/signer/signer.ts';
import {rawHttp, rpc} from '../../../support/raw-http.ts';
import {
  bodyOf,
  devSigner,
  freePort,
  httpServer,
  OPERATOR,
  OTHER_ADDRESS,
  OTHER_KEY,
} from '../../../support/signer.ts';

const LOWER = OPERATOR.toLowerCase();
const UNKNOWN = `0x${'77'.repeat(20)}`;
const HTML = '<html><body><h1>Resource not found</h1></body></html>';
const NO_ACCOUNT = {code: -32000, message: 'No unlocked account matches the Sender'};
const INVALID = {code: -32602, message: 'Invalid params'};
const INTERNAL = {code: -32603, message: 'Internal error'};

describe('where it listens', () => {
  it.each(['0.0.0.0', '192.168.1.1', '::', 'example.com'])('refuses %s', async (host) => {
    await expect(startDevSigner({chainId: 1, host})).rejects.toSatisfy((error) =>
      isAosError(error, 'NOT_LOOPBACK'),
    );
  });

  it('says loudly what it is, and frees its port when closed', async () => {
    const signer = await startDevSigner({chainId: 1});
    expect(signer.banner).toMatch(/development signer/i);
    await signer.close();
    await expect(rawHttp(signer.url, {path: '/upcheck'})).rejects.toThrow('ECONNREFUSED');
  });
});

describe('HTTP surface', () => {
  it('answers /upcheck, /healthcheck and publicKeys', async () => {
    const {url} = await devSigner();
    expect(await rawHttp(url, {path: '/upcheck'})).toMatchObject({
      status: 200,
      body: 'OK',
      headers: {'content-type': 'text/plain; charset=utf-8'},
    });
    const health = await rawHttp(url, {path: '/healthcheck'});
    expect(health).toMatchObject({status: 200, headers: {'content-type': 'application/json;charset=UTF-8'}});
    expect(health.body).toBe(
      '{"status":"UP","checks":[{"id":"default-check","status":"UP"}],"outcome":"UP"}',
    );
    const bulk = await devSigner({faults: {health: 'bulk'}});
    expect(JSON.parse((await rawHttp(bulk.url, {path: '/healthcheck'})).body)).toMatchObject({
      status: 'UP',
      outcome: 'UP',
      checks: [{id: 'default-check'}, {id: 'keys-check', status: 'UP'}],
    });
    expect(JSON.parse((await rawHttp(url, {path: '/api/v1/eth1/publicKeys'})).body)).toEqual([
      expect.stringMatching(/^0x[0-9a-f]{128}$/),
    ]);
  });

  it.each([
    ['GET', '/', {}],
    ['GET', '/nothing', {}],
    ['PUT', '/', {}],
    ['POST', '/nothing', {}],
    ['GET', '/upcheck', {accept: 'application/json'}],
    ['GET', '/healthcheck/keys-check', {}],
  ])('answers %s %s %j with the 404 page', async (method, path, headers) => {
    const {url} = await devSigner();
    expect(await rawHttp(url, {method, path, headers})).toMatchObject({status: 404, body: HTML});
  });

  it.each(['/upcheck/', '//upcheck', '/upcheck?x=1', 'http://127.0.0.1/upcheck'])(
    'finds the route of %s',
    async (path) => {
      const {url} = await devSigner();
      expect(await rawHttp(url, {path})).toMatchObject({status: 200, body: 'OK'});
    },
  );

  it('answers JSON-RPC at // as at /, and HEAD without a length', async () => {
    const {url} = await devSigner();
    const body = '{"jsonrpc":"2.0","id":1,"method":"health_status"}';
    expect(await rawHttp(url, {method: 'POST', path: '//', body})).toMatchObject({status: 200});
    const head = await rawHttp(url, {method: 'HEAD', path: '/upcheck'});
    expect(head.status).toBe(404);
    expect(head.headers).not.toHaveProperty('content-length');
  });

  it('serves only the names it is called by, on every route', async () => {
    const {url} = await devSigner();
    for (const host of ['example.invalid', '127.0.0.1.example:80', '[::1]:9000']) {
      expect(await rawHttp(url, {path: '/upcheck', headers: {host}})).toMatchObject({
        status: 403,
        body: '{"message":"Host not authorized."}',
      });
    }
    for (const host of ['LOCALHOST:1', '127.0.0.1'])
      expect(await rawHttp(url, {path: '/upcheck', headers: {host}})).toMatchObject({status: 200});
    const open = await devSigner({hostAllowlist: ['*']});
    expect(await rawHttp(open.url, {path: '/upcheck', headers: {host: 'example.invalid'}})).toMatchObject({
      status: 200,
    });
  });

  it('refuses browsers before it looks at the host', async () => {
    const {url} = await devSigner();
    const headers = {origin: 'http://evil.example', host: 'example.invalid'};
    expect(await rawHttp(url, {path: '/upcheck', headers})).toMatchObject({
      status: 403,
      body: 'CORS Rejected - Invalid origin',
    });
    expect(await rawHttp(url, {method: 'POST', headers, body: '{}'})).toMatchObject({status: 403, body: ''});
  });

  it('takes 10 MiB and no more', async () => {
    const {url} = await devSigner();
    expect(await rawHttp(url, {method: 'POST', body: Buffer.alloc(10 * 1024 * 1024 + 1, ' ')})).toMatchObject(
      {status: 413, body: ''},
    );
  });

  it.each<[number, string, string, object]>([
    [400, 'Bad Request', '', {}],
    [400, 'Bad Request', '', {data: ''}],
    [400, 'Bad Request', '', {data: '0xabc'}],
    [404, 'Not Found', 'ff', {data: '0x00'}],
  ])('answers a bad REST request with %i %s', async (status, body, prefix, payload) => {
    const {url} = await devSigner();
    const [key = ''] = JSON.parse((await rawHttp(url, {path: '/api/v1/eth1/publicKeys'})).body) as string[];
    const identifier = prefix === '' ? key : `${prefix}${key.slice(4)}`;
    expect(
      await rawHttp(url, {
        method: 'POST',
        path: `/api/v1/eth1/sign/${identifier}`,
        body: JSON.stringify(payload),
      }),
    ).toMatchObject({status, body});
  });

  it('names its content type only to those who sent Accept', async () => {
    const {url} = await devSigner();
    const body = JSON.stringify({jsonrpc: '2.0', id: 1, method: 'eth_accounts', params: []});
    const bare = await rawHttp(url, {method: 'POST', body});
    expect(bare.headers).toMatchObject({content: 'application/json'});
    expect(bare.headers).not.toHaveProperty('content-type');
    const asked = await rawHttp(url, {method: 'POST', body, headers: {accept: '*/*'}});
    expect(asked.headers).toMatchObject({content: 'application/json', 'content-type': 'application/json'});
  });
});

describe('JSON-RPC', () => {
  it.each([
    '',
    '{',
    '[]',
    '[{"jsonrpc":"2.0","id":1,"method":"eth_accounts"}]',
    '{"jsonrpc":"2.0","id":1}',
    '{"id":1,"method":"eth_accounts"}',
    '{"jsonrpc":"2.0","id":1,"method":"eth_accounts","extra":1}',
    '{"jsonrpc":"2.0","id":true,"method":"eth_accounts"}',
    '{"jsonrpc":"2.0","id":{},"method":"eth_accounts"}',
  ])('answers %s with a parse error', async (body) => {
    const {url} = await devSigner();
    const answer = await rawHttp(url, {method: 'POST', body});
    const expected =
      body === ''
        ? [500, '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"Internal error"}}']
        : [400, '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}'];
    expect([answer.status, answer.body]).toEqual(expected);
  });

  it('echoes the id, null when there is none', async () => {
    const {url} = await devSigner();
    for (const [sent, echoed] of [
      ['"id":"a",', '"a"'],
      ['"id":7,', '7'],
      ['', 'null'],
      ['"id":null,', 'null'],
    ] as const) {
      const answer = await rawHttp(url, {
        method: 'POST',
        body: `{"jsonrpc":"2.0",${sent}"method":"health_status"}`,
      });
      expect(answer.body).toBe(`{"jsonrpc":"2.0","id":${echoed},"result":"OK"}`);
    }
  });

  const tx = {from: OPERATOR, nonce: '0x0', to: OPERATOR};
  it.each<[string, unknown, number, object]>([
    ['eth_accounts', {}, 400, INVALID],
    ['eth_accounts', [1], 400, INVALID],
    ['eth_sign', [OPERATOR], 400, INVALID],
    ['eth_sign', {}, 400, INVALID],
    ['eth_sign', [OPERATOR, '0x', 1], 400, INVALID],
    ['eth_sign', [UNKNOWN, '0x'], 200, NO_ACCOUNT],
    ['eth_sign', [UNKNOWN, '0xa'], 500, INTERNAL],
    ['eth_sign', [OPERATOR, '0xzz'], 500, INTERNAL],
    ['eth_sign', [OPERATOR, '0Xab'], 500, INTERNAL],
    ['eth_sign', [OPERATOR, null], 500, INTERNAL],
    ['eth_signTypedData', [OPERATOR], 400, INVALID],
    ['eth_signTypedData', [1, {}], 400, INVALID],
    ['eth_signTypedData', [UNKNOWN, '{'], 200, NO_ACCOUNT],
    ['eth_signTypedData', [OPERATOR, '{'], 400, INVALID],
    ['eth_signTypedData', [OPERATOR, {extra: 1}], 400, INVALID],
    ['eth_signTypedData', [OPERATOR, {domain: {extra: 1}}], 400, INVALID],
    ['eth_signTypedData', [OPERATOR, {types: {A: [{name: 'a', type: 'string', extra: 1}]}}], 400, INVALID],
    [
      'eth_signTypedData',
      [OPERATOR, {types: {A: []}, primaryType: 'A', domain: {}, message: {}}],
      500,
      INTERNAL,
    ],
    ['eth_signTransaction', [], 400, INVALID],
    ['eth_signTransaction', [{...tx, from: ''}], 400, INVALID],
    ['eth_signTransaction', [{...tx, nonce: null}], 400, INVALID],
    ['eth_signTransaction', [{...tx, value: '0x'}], 400, INVALID],
    ['eth_signTransaction', [{...tx, from: UNKNOWN}], 200, NO_ACCOUNT],
    ['eth_sendTransaction', [{...tx, from: UNKNOWN}], 400, NO_ACCOUNT],
    ['eth_sendTransaction', [{...tx, gas: 'x'}], 400, INVALID],
  ])('answers %s %j with HTTP %i', async (method, params, status, error) => {
    const {url} = await devSigner();
    expect(await rpc(url, method, params)).toEqual({status, body: {jsonrpc: '2.0', id: 1, error}});
  });

  it('lists accounts sorted and in lower case, and takes addresses in any spelling', async () => {
    const {url} = await devSigner({
      keys: ['0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63', OTHER_KEY],
    });
    expect((await rpc(url, 'eth_accounts', null)).body).toMatchObject({
      result: [OTHER_ADDRESS.toLowerCase(), LOWER],
    });
    const spelled = await Promise.all(
      [OPERATOR, LOWER, LOWER.slice(2), OPERATOR.toUpperCase()].map((address) =>
        rpc(url, 'eth_sign', [address, '0x01']),
      ),
    );
    expect(new Set(spelled.map(({body}) => (body as {result: string}).result)).size).toBe(1);
    expect(await rpc(url, 'eth_sign', [`0x${'ab'.repeat(64)}`, '0x'])).toMatchObject({
      status: 200,
      body: {error: NO_ACCOUNT},
    });
  });
});

describe('the node behind', () => {
  it('gets every other method, another path, and what does not accept JSON; its answer comes back verbatim', async () => {
    const seen: {url: string; body: string; headers: object}[] = [];
    const node = await httpServer((request, response) => {
      void bodyOf(request).then((body) => {
        seen.push({url: request.url ?? '', body, headers: request.headers});
        response.writeHead(418, {'x-node': 'yes', 'access-control-allow-origin': '*'}).end('not even json');
      });
    });
    const {url} = await devSigner({downstreamUrl: `${node}/base/`});
    const body = '{"jsonrpc":"2.0","id":1,"method":"personal_sign","params":[]}';
    const answer = await rawHttp(url, {method: 'POST', body, headers: {authorization: 'Bearer x'}});
    expect(answer).toMatchObject({status: 418, body: 'not even json', headers: {'x-node': 'yes'}});
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    await rawHttp(url, {
      method: 'POST',
      path: '/eth1//rpc/?q=1',
      body: body.replace('personal_sign', 'eth_sign'),
    });
    await rawHttp(url, {
      method: 'POST',
      body: body.replace('personal_sign', 'eth_sign'),
      headers: {accept: 'text/plain'},
    });
    expect(seen.map((request) => request.url)).toEqual(['/base', '/base/eth1/rpc', '/base']);
    expect(seen[0]).toMatchObject({
      body,
      headers: {authorization: 'Bearer x', 'x-forwarded-host': new URL(url).host},
    });
  });

  it('is asked for compressed answers, which are handed on as they were before, headers as they are spelled', async () => {
    const asked: (string | undefined)[] = [];
    const node = await httpServer((request, response) => {
      asked.push(request.headers['accept-encoding']);
      response.writeHead(200, {
        'Content-Encoding': 'gzip',
        'Access-Control-Allow-Origin': '*',
        'X-Node': 'yes',
      });
      response.end(gzipSync('{"a":1}'));
    });
    const {url} = await devSigner({downstreamUrl: node});
    const body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}';
    const answer = await rawHttp(url, {method: 'POST', body, headers: {accept: '*/*'}});
    expect(asked).toEqual(['deflate, gzip']);
    expect(answer).toMatchObject({status: 200, body: '{"a":1}'});
    expect(answer.headers).toEqual({
      vary: 'origin',
      'access-control-allow-origin': '*',
      'x-node': 'yes',
      'content-type': 'application/json',
      'content-length': '7',
      date: expect.any(String) as string,
    });
  });

  it.each(['eth_signTypedData_v4', 'personal_sign', 'eth_chainId', 'ETH_SIGN'])(
    'is where %s goes',
    async (method) => {
      const {url} = await devSigner();
      const error = {code: -32000, message: 'Failed to connect to downstream node'};
      expect(await rpc(url, method, [])).toEqual({status: 504, body: {jsonrpc: '2.0', id: 1, error}});
    },
  );

  it('is unreachable, slow or gone in three different ways', async () => {
    const closed = await devSigner({downstreamUrl: `http://127.0.0.1:${await freePort()}`});
    expect(await rpc(closed.url, 'eth_chainId', [])).toMatchObject({
      status: 504,
      body: {error: {message: 'Failed to connect to downstream node'}},
    });
    const silent = await httpServer(() => {});
    const slow = await devSigner({downstreamUrl: silent, downstreamTimeoutMs: 30});
    expect(await rpc(slow.url, 'eth_chainId', [])).toMatchObject({
      status: 504,
      body: {error: {message: 'Connection to downstream node timed out'}},
    });
    const dropping = await httpServer((request) => request.destroy());
    const gone = await devSigner({downstreamUrl: dropping});
    expect(await rpc(gone.url, 'eth_chainId', [])).toMatchObject({status: 500, body: {error: INTERNAL}});
  });

  it('gets signed transactions of eth_sendTransaction, again on the nonce errors of Besu alone', async () => {
    const calls: string[] = [];
    let failures = 2;
    const node = await httpServer((request, response) => {
      void bodyOf(request).then((body) => {
        const {method} = JSON.parse(body) as {method: string};
        calls.push(method);
        if (method === 'eth_getTransactionCount') response.end('{"jsonrpc":"2.0","id":1,"result":"0x5"}');
        else if (failures-- > 0)
          response.end('{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Nonce too low"}}');
        else response.end('{"jsonrpc":"2.0","id":1,"result":"0xhash"}');
      });
    });
    const {url} = await devSigner({downstreamUrl: node});
    expect(await rpc(url, 'eth_sendTransaction', [{from: OPERATOR, to: OPERATOR}])).toMatchObject({
      status: 200,
      body: {result: '0xhash'},
    });
    expect(calls).toEqual(
      Array.from({length: 3}, () => ['eth_getTransactionCount', 'eth_sendRawTransaction']).flat(),
    );
    failures = 1;
    expect(
      await rpc(url, 'eth_sendTransaction', [{from: OPERATOR, to: OPERATOR, nonce: '0x1'}]),
    ).toMatchObject({body: {error: {code: -32001}}});
    failures = 100;
    expect(await rpc(url, 'eth_sendTransaction', [{from: OPERATOR, to: OPERATOR}])).toMatchObject({
      status: 400,
      body: {error: INTERNAL},
    });
  });
});

describe('reload', () => {
  it('replaces the keys in the background and reports how it went', async () => {
    let next: {keys: string[]; errors: number} = {keys: [OTHER_KEY], errors: 0};
    let release = (): void => {};
    let gate = Promise.resolve();
    const {url} = await devSigner({keys: () => gate.then(() => next), faults: {health: 'bulk'}});
    const status = async (): Promise<unknown> => JSON.parse((await rawHttp(url, {path: '/reload'})).body);
    expect(await status()).toEqual({status: 'idle'});

    gate = new Promise((resolve) => (release = resolve));
    next = {keys: [], errors: 2};
    expect(await rawHttp(url, {method: 'POST', path: '/reload'})).toMatchObject({status: 202});
    expect(await rawHttp(url, {method: 'POST', path: '/reload'})).toMatchObject({status: 409});
    expect(await status()).toEqual({status: 'running'});
    expect((await rpc(url, 'eth_accounts', [])).body).toMatchObject({result: [OTHER_ADDRESS.toLowerCase()]});
    release();
    await expect.poll(status).toMatchObject({
      status: 'completed_with_errors',
      lastError: 'Reload completed with 2 signer loading error(s)',
    });
    expect((await rpc(url, 'eth_accounts', [])).body).toMatchObject({result: []});
    expect(await rawHttp(url, {path: '/healthcheck'})).toMatchObject({status: 503});
  });

  it('answered differently in old versions', async () => {
    const {url} = await devSigner({faults: {oldVersion: true}});
    expect(await rawHttp(url, {method: 'POST', path: '/reload'})).toMatchObject({status: 200, body: ''});
    expect(await rawHttp(url, {path: '/reload'})).toMatchObject({status: 404});
  });
});

describe('its faults', () => {
  it('a YAML key file that failed: UP, the key is missing, and only a reload says so', async () => {
    const {url} = await devSigner({
      keys: [DEV_SIGNER_KEY, OTHER_KEY],
      faults: {failedKeys: [OPERATOR]},
    });
    expect((await rawHttp(url, {path: '/healthcheck'})).body).toBe(
      '{"status":"UP","checks":[{"id":"default-check","status":"UP"}],"outcome":"UP"}',
    );
    expect((await rpc(url, 'eth_accounts', [])).body).toMatchObject({result: [OTHER_ADDRESS.toLowerCase()]});
    expect(await rpc(url, 'eth_sign', [OPERATOR, '0x'])).toMatchObject({body: {error: NO_ACCOUNT}});
    const state = async (): Promise<unknown> => JSON.parse((await rawHttp(url, {path: '/reload'})).body);
    expect(await state()).toEqual({status: 'idle'});
    await rawHttp(url, {method: 'POST', path: '/reload'});
    await expect.poll(state).toMatchObject({
      status: 'completed_with_errors',
      lastError: 'Reload completed with 1 signer loading error(s)',
    });
  });

  it('wedged: JSON-RPC is silent, upcheck and healthcheck are well, and the idle limit ends what waits', async () => {
    const {url} = await devSigner({faults: {wedged: true, idleMs: 100}});
    expect(await rawHttp(url, {path: '/upcheck'})).toMatchObject({status: 200, body: 'OK'});
    expect(await rawHttp(url, {path: '/healthcheck'})).toMatchObject({status: 200});
    for (const method of ['eth_accounts', 'eth_sign', 'health_status', 'eth_chainId'])
      await expect(rpc(url, method, [])).rejects.toThrow('socket hang up');
  });

  it('cut off: a connection that waits longer than the idle limit is dropped without a byte', async () => {
    const signer = await devSigner({faults: {backendMs: 60_000, idleMs: 100}});
    await expect(rpc(signer.url, 'eth_sign', [OPERATOR, '0x'])).rejects.toThrow('socket hang up');
    signer.setFaults({});
    expect(await rpc(signer.url, 'eth_sign', [OPERATOR, '0x'])).toMatchObject({status: 200});
  });

  it('a proxy that rewrites Host: refused by the name that arrives', async () => {
    const {url} = await devSigner({faults: {host: 'signer.internal:9000'}});
    expect(await rawHttp(url, {path: '/upcheck'})).toMatchObject({
      status: 403,
      body: '{"message":"Host not authorized."}',
    });
  });
});
