import {once} from 'node:events';
import {createServer} from 'node:http';
import {connect, type AddressInfo, type Socket} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import {privateKeyToAccount} from 'viem/accounts';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {DEV_SIGNER_KEY} from '../../../../src/devnet/signer/keys.ts';
import type {SignerFaults} from '../../../../src/devnet/signer/faults.ts';
import {isAosError, type AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {recoverAddress} from '../../../../src/lib/protocol/wire/key-address.ts';
import {createWeb3Signer} from '../../../../src/lib/peers/signer/web3signer.ts';
import {
  bodyOf,
  client,
  devSigner,
  freePort,
  httpServer,
  OPERATOR,
  OTHER_ADDRESS,
  OTHER_KEY,
  tcpServer,
} from '../../../support/signer.ts';

const MESSAGE = Buffer.from('{"jobs":[]}');
const local = privateKeyToAccount(DEV_SIGNER_KEY);

async function failure(promise: Promise<unknown>): Promise<AosError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  );
  if (!isAosError(error)) throw error as Error;
  return error;
}

/** A server whose connections are counted and which sees every request body. */
async function counting(
  answer: (body: string, socket: Socket, n: number) => string | undefined,
): Promise<{url: string; connections: () => number; requests: () => number}> {
  let connections = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const text = answer(body, request.socket, ++requests);
      if (text !== undefined) response.end(text);
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    requests: () => requests,
  };
}

/** What Web3Signer would answer, made with viem's local account. */
async function signedReply(body: string): Promise<string> {
  const {id, params} = JSON.parse(body) as {id: number; params: [string, `0x${string}`]};
  return JSON.stringify({jsonrpc: '2.0', id, result: await local.signMessage({message: {raw: params[1]}})});
}

describe('sign', () => {
  it('gives the same signature as the key itself', async () => {
    const {url} = await devSigner();
    const signer = client(url);
    expect(signer.address).toBe(OPERATOR);
    for (const message of [
      MESSAGE,
      Buffer.alloc(0),
      Buffer.from('0xabc'),
      Buffer.alloc(100_000, 'x'),
      Buffer.from([0, 255, 128]),
    ]) {
      expect(`0x${await signer.sign(message)}`).toBe(await local.signMessage({message: {raw: message}}));
    }
  });

  it('has signatures looked at elsewhere while several are under way, and takes that word for it', async () => {
    const {url} = await devSigner();
    const offloaded: boolean[] = [];
    let by = (honest: string | null): string | null => honest;
    const signer = client(url, {
      recover: (digest, signature, elsewhere) => {
        offloaded.push(elsewhere);
        return Promise.resolve(by(recoverAddress(digest, signature)));
      },
    });
    const alone = await signer.sign(MESSAGE);
    expect(offloaded).toEqual([false]);
    expect(await Promise.all(Array.from({length: 4}, () => signer.sign(MESSAGE)))).toEqual(
      Array.from({length: 4}, () => alone),
    );
    // The last two are no crowd any more.
    expect(offloaded.slice(1)).toEqual([true, true, false, false]);
    by = () => OTHER_ADDRESS;
    expect(await failure(signer.sign(MESSAGE))).toMatchObject({code: 'SIGNER_WRONG_SIGNATURE'});
    by = () => null;
    expect(await failure(signer.sign(MESSAGE))).toMatchObject({code: 'SIGNER_WRONG_SIGNATURE'});
  });

  it('sends one request a message: eth_sign, lower-case address, 0x data, no batch', async () => {
    const bodies: string[] = [];
    const url = await httpServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        bodies.push(body);
        response.end(await signedReply(body));
      });
    });
    const signer = client(url);
    await Promise.all([signer.sign(Buffer.from('a')), signer.sign(Buffer.from('b'))]);
    expect(bodies.sort()).toEqual([
      `{"jsonrpc":"2.0","method":"eth_sign","params":["${OPERATOR.toLowerCase()}","0x61"],"id":1}`,
      `{"jsonrpc":"2.0","method":"eth_sign","params":["${OPERATOR.toLowerCase()}","0x62"],"id":2}`,
    ]);
  });

  it('takes signatures of a KMS, which differ every time', async () => {
    const {url} = await devSigner({faults: {randomNonces: true}});
    const signer = client(url);
    expect(await signer.sign(MESSAGE)).not.toBe(await signer.sign(MESSAGE));
  });

  it('keeps many requests apart over few connections', async () => {
    const {url} = await devSigner();
    const signer = client(url, {connections: 3});
    const messages = Array.from({length: 60}, (_, n) => Buffer.from(`message ${n}`));
    const signatures = await Promise.all(messages.map((message) => signer.sign(message)));
    expect(signatures.map((signature) => `0x${signature}`)).toEqual(
      await Promise.all(messages.map((raw) => local.signMessage({message: {raw}}))),
    );
  });

  it.each<[string, SignerFaults, string]>([
    ['another key', {wrongKey: true}, 'SIGNER_WRONG_SIGNATURE'],
    ['a high s', {malformed: 'high-s'}, 'SIGNER_WRONG_SIGNATURE'],
    ['v 0 or 1', {malformed: 'bare-v'}, 'SIGNER_WRONG_SIGNATURE'],
    ['64 bytes', {malformed: 'short'}, 'SIGNER_WRONG_SIGNATURE'],
    ['no hex', {result: 'ok'}, 'SIGNER_PROTOCOL'],
    ['an unknown account', {noKeys: true}, 'SIGNER_UNKNOWN_ACCOUNT'],
    ['a dead key backend', {kmsDown: 'all'}, 'SIGNER_REFUSED'],
    ['a dead backend of this key', {kmsDown: [OPERATOR]}, 'SIGNER_REFUSED'],
    ['eth2 mode', {eth2: true}, 'SIGNER_PROTOCOL'],
    ['a connection that breaks every time', {reset: 'always'}, 'SIGNER_UNREACHABLE'],
  ])('never hands out what is not a good signature: %s', async (_name, faults, code) => {
    const {url} = await devSigner({faults});
    expect(await failure(client(url).sign(MESSAGE))).toMatchObject({code});
  });

  it('signs only for its own account', async () => {
    const {url} = await devSigner({keys: [OTHER_KEY]});
    expect(await failure(client(url).sign(MESSAGE))).toMatchObject({code: 'SIGNER_UNKNOWN_ACCOUNT'});
    expect(await client(url, {address: OTHER_ADDRESS.toLowerCase()}).sign(MESSAGE)).toMatch(
      /^[0-9a-f]{130}$/,
    );
  });
});

describe('answers', () => {
  it.each([200, 400, 500, 502, 504])(
    'are read from the body, whatever the status (%i) and content type',
    async (status) => {
      const error = {code: -32000, message: 'No unlocked account matches the Sender'};
      const url = await httpServer((request, response) => {
        void bodyOf(request).then((body) => {
          const {id} = JSON.parse(body) as {id: number};
          response
            .writeHead(status, {'content-type': 'text/html'})
            .end(JSON.stringify({jsonrpc: '2.0', id, error}));
        });
      });
      expect(await failure(client(url).sign(MESSAGE))).toMatchObject({code: 'SIGNER_UNKNOWN_ACCOUNT'});
    },
  );

  it.each<[string, number, string, string]>([
    ['a web page', 200, '<html>hello</html>', 'SIGNER_PROTOCOL'],
    ['nothing', 200, '', 'SIGNER_PROTOCOL'],
    ['half an answer', 200, '{"jsonrpc":"2.0","id":1,"resu', 'SIGNER_PROTOCOL'],
    ['another id', 200, '{"jsonrpc":"2.0","id":99,"result":"0x"}', 'SIGNER_PROTOCOL'],
    ['a list', 200, '[]', 'SIGNER_PROTOCOL'],
    ['an odd error', 200, '{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}', 'SIGNER_PROTOCOL'],
    ['neither result nor error', 200, '{"jsonrpc":"2.0","id":1}', 'SIGNER_PROTOCOL'],
    ['a proxy without a signer', 502, '<h1>Bad Gateway</h1>', 'SIGNER_REFUSED'],
    [
      'the word of a node',
      200,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"the method eth_sign does not exist"}}',
      'SIGNER_PROTOCOL',
    ],
    [
      'bad parameters',
      400,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params"}}',
      'SIGNER_REFUSED',
    ],
    ['a wrong name', 403, '{"message":"Host not authorized."}', 'SIGNER_REFUSED'],
  ])('that are %s end in a typed error', async (_name, status, body, code) => {
    const url = await httpServer((_request, response) => response.writeHead(status).end(body));
    expect(await failure(client(url).sign(MESSAGE))).toMatchObject({code});
  });

  it('names the allow-list option when the host name is refused', async () => {
    const {url} = await devSigner({host: '127.0.0.2', hostAllowlist: ['localhost', '127.0.0.1']});
    expect((await failure(client(url).sign(MESSAGE))).next.say).toContain(
      '--http-host-allowlist=127.0.0.2,localhost,127.0.0.1 before eth1',
    );
  });

  it('name what is on the way when a name is refused that Web3Signer takes by default', async () => {
    const {url} = await devSigner({faults: {host: 'signer.internal'}});
    const error = await failure(client(url).sign(MESSAGE));
    expect(error).toMatchObject({code: 'SIGNER_REFUSED'});
    expect(error.message).toContain('a proxy on the way changes the header');
    expect(error.next.say).not.toContain('127.0.0.1,localhost');
  });

  it('that do not come while upcheck is well: stuck, where eth_accounts is silent too', async () => {
    const stuck = await devSigner({faults: {wedged: true}});
    const signer = client(stuck.url, {timeoutMs: 300});
    const errors = await Promise.all([failure(signer.sign(MESSAGE)), failure(signer.sign(MESSAGE))]);
    for (const error of errors) {
      expect(error).toMatchObject({code: 'SIGNER_UNREACHABLE', details: {reason: 'STUCK'}});
      expect(error.message).toContain('stuck until it is restarted');
      expect(renderNext(error.next)).toBe('Look at the log of Web3Signer, and restart it.');
    }
    stuck.setFaults({});
    expect(await signer.sign(MESSAGE)).toMatch(/^[0-9a-f]{130}$/);
    const slow = await devSigner({faults: {backendMs: 60_000}});
    const error = await failure(client(slow.url, {timeoutMs: 300}).sign(MESSAGE));
    expect(error.message).toContain('its key backend is slow or stuck');
  });

  it('that are dropped while they are pending: the idle limit, and no word of TLS', async () => {
    const dropping = await devSigner({faults: {backendMs: 60_000, idleMs: 1_100}});
    const signer = client(dropping.url);
    await signer.accounts();
    const error = await failure(signer.sign(MESSAGE));
    expect(error.message).toContain('--idle-connection-timeout-seconds');
    expect(renderNext(error.next)).not.toContain('TLS');
    dropping.setFaults({});
    await signer.sign(MESSAGE);
    dropping.setFaults({reset: 'always'});
    const broken = await failure(signer.sign(MESSAGE));
    expect(broken.message).toContain('though it had answered before');
    expect(renderNext(broken.next)).toBe('aos signer check');
  });

  it('are read up to a limit', async () => {
    const url = await httpServer((_request, response) => response.end(Buffer.alloc(2 * 1024 * 1024, ' ')));
    expect(await failure(client(url).sign(MESSAGE))).toMatchObject({code: 'SIGNER_PROTOCOL'});
    expect(await failure(client(url, {maxAnswerBytes: 100}).sign(MESSAGE))).toMatchObject({
      code: 'SIGNER_PROTOCOL',
    });
  });

  it('never bring escape sequences into the message', async () => {
    const url = await httpServer((_request, response) => response.writeHead(500).end('\u001b[2Jboo'));
    expect((await failure(client(url).sign(MESSAGE))).message).not.toContain('\u001b');
  });

  it('that are not HTTP end in a typed error', async () => {
    const port = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    expect(await failure(client(`http://127.0.0.1:${port}`).sign(MESSAGE))).toMatchObject({
      code: 'SIGNER_PROTOCOL',
    });
  });
});

describe('connections', () => {
  it('are reused', async () => {
    const signatures = new Map<number, string>();
    const server = await counting((body, _socket, n) => {
      signatures.set(n, body);
      return JSON.stringify({jsonrpc: '2.0', id: (JSON.parse(body) as {id: number}).id, result: []});
    });
    const signer = client(server.url);
    for (let i = 0; i < 5; i++) await signer.accounts();
    expect([server.requests(), server.connections()]).toEqual([5, 1]);
  });

  it('that went stale cost one more try, on a new connection', async () => {
    const served = new WeakSet<Socket>();
    const server = await counting((body, socket) => {
      if (served.has(socket)) {
        socket.destroy();
        return undefined;
      }
      served.add(socket);
      return JSON.stringify({jsonrpc: '2.0', id: (JSON.parse(body) as {id: number}).id, result: []});
    });
    const signer = client(server.url);
    for (let i = 0; i < 3; i++) expect(await signer.accounts()).toEqual([]);
    expect([server.requests(), server.connections()]).toEqual([5, 3]);
  });

  it('that are fresh and break are not tried again', async () => {
    const server = await counting((_body, socket) => {
      socket.destroy();
      return undefined;
    });
    expect(await failure(client(server.url).accounts())).toMatchObject({code: 'SIGNER_UNREACHABLE'});
    expect(server.requests()).toBe(1);
  });

  it('that break twice are given up', async () => {
    const server = await counting((body, socket, n) => {
      if (n === 1)
        return JSON.stringify({jsonrpc: '2.0', id: (JSON.parse(body) as {id: number}).id, result: []});
      socket.destroy();
      return undefined;
    });
    const signer = client(server.url);
    await signer.accounts();
    expect(await failure(signer.accounts())).toMatchObject({code: 'SIGNER_UNREACHABLE'});
    expect(server.requests()).toBe(3);
  });

  it('that break within an answer are not tried again', async () => {
    let requests = 0;
    const port = await tcpServer((socket) => {
      socket.on('data', (chunk: Buffer) => {
        const id = /"id":(\d+)/.exec(chunk.toString())?.[1];
        if (++requests === 1) {
          const body = `{"jsonrpc":"2.0","id":${id ?? ''},"result":[]}`;
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        } else {
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{');
        }
      });
    });
    const signer = client(`http://127.0.0.1:${port}`);
    await signer.accounts();
    expect(await failure(signer.accounts())).toMatchObject({code: 'SIGNER_UNREACHABLE'});
    expect(requests).toBe(2);
  });

  it('closed by the idle limit of the signer are replaced', async () => {
    let closed = (): void => {};
    const server = await counting((body, socket) => {
      socket.setTimeout(20);
      socket.once('close', () => closed());
      return JSON.stringify({jsonrpc: '2.0', id: (JSON.parse(body) as {id: number}).id, result: []});
    });
    const signer = client(server.url);
    for (let i = 0; i < 3; i++) {
      const idle = new Promise<void>((resolve) => (closed = resolve));
      expect(await signer.accounts()).toEqual([]);
      await idle;
    }
    expect([server.requests(), server.connections()]).toEqual([3, 3]);
  });

  it('idle longer than the limit are closed by the stand-in, as by the original', async () => {
    const {url} = await devSigner({idleCloseMs: 20});
    const {hostname, port} = new URL(url);
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write(`GET /upcheck HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nOK$/);
    expect(answer).not.toMatch(/^keep-alive:/im);
  });

  it('survive a signer that drops every second request and one that is restarted', async () => {
    const signer = await devSigner({faults: {reset: 'reused'}});
    const remote = client(signer.url);
    for (let i = 0; i < 3; i++) expect(await remote.sign(MESSAGE)).toHaveLength(130);
    await signer.close();
    expect(await failure(remote.sign(MESSAGE))).toMatchObject({
      code: 'SIGNER_UNREACHABLE',
      details: {reason: 'ECONNREFUSED'},
    });
    await devSigner({port: Number(new URL(signer.url).port)});
    expect(await remote.sign(MESSAGE)).toHaveLength(130);
  });

  it('end when the client is closed, with every request in progress', async () => {
    const url = await httpServer(() => {});
    const signer = createWeb3Signer({url, address: OPERATOR, timeoutMs: 2000, connections: 1});
    const errors = Promise.all([failure(signer.sign(MESSAGE)), failure(signer.sign(MESSAGE))]);
    await signer.close();
    expect((await errors).map((error) => error.code)).toEqual(['SIGNER_UNREACHABLE', 'SIGNER_UNREACHABLE']);
    expect(await failure(signer.sign(MESSAGE))).toMatchObject({code: 'SIGNER_UNREACHABLE'});
  });
});

describe('waiting', () => {
  it('ends at the limit', async () => {
    const url = await httpServer(() => {});
    expect(await failure(client(url, {timeoutMs: 50}).sign(MESSAGE))).toMatchObject({
      code: 'SIGNER_UNREACHABLE',
      details: {reason: 'UND_ERR_HEADERS_TIMEOUT'},
    });
  });

  it('ends by the signal, before and during a request and in the queue, and frees the connection', async () => {
    const reason = new Error('stopped');
    const silent = await devSigner({faults: {latencyMs: 60_000}});
    const signer = client(silent.url, {connections: 1});
    const stop = new AbortController();
    const waits = Promise.allSettled([signer.sign(MESSAGE, stop.signal), signer.sign(MESSAGE, stop.signal)]);
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort(reason);
    expect(await waits).toEqual([
      {status: 'rejected', reason},
      {status: 'rejected', reason},
    ]);
    await expect(signer.sign(MESSAGE, stop.signal)).rejects.toBe(reason);
    silent.setFaults({});
    expect(await signer.sign(MESSAGE, new AbortController().signal)).toHaveLength(130);
  });

  it('says when nothing listens and when there is no such host', async () => {
    const refused = await failure(client(`http://127.0.0.1:${await freePort()}`).sign(MESSAGE));
    expect(refused).toMatchObject({code: 'SIGNER_UNREACHABLE', details: {reason: 'ECONNREFUSED'}});
    const unknown = await failure(client('http://signer.invalid:9000').sign(MESSAGE));
    expect(unknown).toMatchObject({code: 'SIGNER_UNREACHABLE'});
    expect(renderNext(unknown.next)).not.toBe('');
  });
});
