import {request} from 'undici';
import {createServer as createTlsServer} from 'node:https';
import type {RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {type AosError, isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {createBlockReader} from '../../../../src/lib/peers/chain/block-reader.ts';
import {openProxy, proxyFaultIn} from '../../../../src/lib/peers/http/proxy-agent.ts';
import {proxyFor} from '../../../../src/lib/foundation/system/proxy-choice.ts';
import {readPublicFile} from '../../../../src/lib/peers/metadata/public-file.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {createWebhook} from '../../../../src/lib/peers/alert/webhook.ts';
import {forwardProxy} from '../../../support/forward-proxy.ts';
import {bodyOf, freePort, httpServer, pem} from '../../../support/signer.ts';

const SECRET = 's3cret';
const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const never = new AbortController().signal;
const before = new Map<string, string | undefined>();

beforeEach(() => {
  for (const name of NAMES) {
    before.set(name, process.env[name]);
    Reflect.deleteProperty(process.env, name);
  }
});
afterEach(() => {
  for (const [name, value] of before)
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
});

const BLOCK = {number: '0x10', timestamp: '0x65000000', hash: `0x${'11'.repeat(32)}`, transactions: []};
/** An RPC, a webhook and a file in one. */
const peer: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    const id = body.startsWith('{"jsonrpc"') ? (JSON.parse(body) as {id: number}).id : 0;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({jsonrpc: '2.0', id, result: BLOCK}));
  });
};
const portOf = (url: string): number => Number(new URL(url).port);

async function tlsPeer(listener = peer): Promise<number> {
  const server = createTlsServer({cert: pem('other'), key: pem('other-key')}, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const newest = (url: string, timeoutMs = 60_000) =>
  createBlockReader({rpcUrls: [url], timeoutMs}).newest(never);

async function failed(work: Promise<unknown>): Promise<AosError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!isAosError(error)) throw new Error(`no AosError: ${String(error)}`);
  return error;
}

describe('an RPC behind a proxy', () => {
  it('is asked through it: http by the proxy itself, with its password and the host of the RPC', async () => {
    const proxy = await forwardProxy(portOf(await httpServer(peer)));
    process.env['http_proxy'] = `http://user:${SECRET}%40@127.0.0.1:${proxy.port}`;
    expect(await newest('http://rpc.example:8545/key')).toMatchObject({number: 16n});
    expect(proxy.seen).toEqual(['POST http://rpc.example:8545/key']);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from(`user:${SECRET}@`).toString('base64')}`]);
  });

  it('is asked through it: https in a tunnel, with a TLS of its own', async () => {
    const proxy = await forwardProxy(await tlsPeer());
    process.env['ALL_PROXY'] = `user:${SECRET}@127.0.0.1:${proxy.port}`;
    // The authority of the test certificates is not trusted: the certificate is judged inside the tunnel.
    const error = await failed(newest('https://signer.example/key'));
    expect(error.message).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    onTestFinished(() => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    });
    expect(await newest('https://signer.example/key')).toMatchObject({number: 16n});
    expect(new Set(proxy.seen)).toEqual(new Set(['CONNECT signer.example:443']));
    expect(proxy.authorizations[0]).toMatch(/^Basic /);
  });

  it('is asked directly on this machine, with NO_PROXY unset', async () => {
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${await freePort()}`;
    expect(await newest(await httpServer(peer))).toMatchObject({number: 16n});
  });

  it.each([
    [407, 'https', 'wants a user and a password', 'HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT'],
    [407, 'http', 'wants a user and a password', 'HTTP_PROXY=http://USER:PASSWORD@HOST:PORT'],
    [403, 'https', 'refuses to connect to rpc.example', 'add rpc.example to NO_PROXY'],
    [502, 'https', 'does not reach rpc.example', 'add rpc.example to NO_PROXY'],
  ])('whose proxy answers %i to %s: the proxy is named', async (status, scheme, said, step) => {
    const proxy = await forwardProxy(1, status);
    const variable = `${scheme.toUpperCase()}_PROXY`;
    process.env[variable] = `http://user:${SECRET}@127.0.0.1:${proxy.port}`;
    const error = await failed(newest(`${scheme}://rpc.example/v3/${SECRET}`));
    expect(error.code).toBe('CHAIN_UNREACHABLE');
    expect(error.message).toContain(`${variable} (http://127.0.0.1:${proxy.port})`);
    expect(error.message).toContain(said);
    expect(error.next.say).toContain(step);
    expect(JSON.stringify([error.message, error.next, error.details])).not.toContain(SECRET);
  });

  it.each(['http', 'https'])('whose proxy is away (%s): the proxy is named, not the RPC', async (scheme) => {
    const port = await freePort();
    process.env['all_proxy'] = `http://user:${SECRET}@127.0.0.1:${port}`;
    const error = await failed(newest(`${scheme}://rpc.example`));
    expect(error.message).toBe(
      `rpc.example: the proxy of all_proxy (http://127.0.0.1:${port}): nothing listens there (ECONNREFUSED)`,
    );
    expect(error.next.say).toBe('Correct all_proxy, or add rpc.example to NO_PROXY, or start the proxy.');
  });

  it('whose proxy never answers: the proxy is named before the limit of the request', async () => {
    const proxy = await forwardProxy(1, 'silent');
    const target = new URL('https://rpc.example');
    const choice = proxyFor(target, {HTTPS_PROXY: proxy.url});
    if (choice === null) throw new Error('no proxy');
    const {dispatcher, close} = openProxy(choice, target, 500);
    onTestFinished(close);
    const error = await request(target, {dispatcher}).catch((thrown: unknown) => thrown);
    expect(proxyFaultIn(error)?.message).toContain(
      `the proxy of HTTPS_PROXY (${proxy.url}): it did not answer`,
    );
  });

  it('whose variable cannot be used: it is named, and nothing is sent directly', async () => {
    process.env['ALL_PROXY'] = `socks5://${SECRET}@127.0.0.1:1080`;
    const error = await failed(newest('https://rpc.example'));
    expect(error.message).toBe(
      'rpc.example: the variable ALL_PROXY names a SOCKS proxy, and aos uses http and https proxies only',
    );
    expect(error.next.say).toBe('Set ALL_PROXY=http://HOST:PORT, or unset it.');
  });
});

describe('a webhook behind a proxy', () => {
  const sender = (env: Record<string, string>) => {
    const webhook = createWebhook(`http://hooks.example/${SECRET}`, {
      time: {...systemTime, sleep: () => Promise.resolve()},
      random: () => 0.5,
      env,
    });
    onTestFinished(() => webhook.close());
    return webhook;
  };

  it('gets its alert through it', async () => {
    const proxy = await forwardProxy(portOf(await httpServer(peer)));
    expect(await sender({HTTP_PROXY: proxy.url}).post({text: 'hello'}, never)).toBe(200);
    expect(proxy.seen).toEqual([`POST http://hooks.example/${SECRET}`]);
  });

  it.each([407, null])('names the proxy as the one at fault (%s)', async (status) => {
    const port = status === null ? await freePort() : (await forwardProxy(1, status)).port;
    const env = {HTTP_PROXY: `http://u:${SECRET}@127.0.0.1:${port}`};
    const error = await failed(sender(env).post({}, never));
    expect(error.code).toBe('ALERT_UNREACHABLE');
    expect(error.message).toContain(`the proxy of HTTP_PROXY (http://127.0.0.1:${port})`);
    expect(error.message).not.toContain(SECRET);
  });
});

describe('a metadata file behind a proxy', () => {
  const read = (env: Record<string, string>) =>
    readPublicFile(new URL('http://meta.example/operator.json'), {allowPrivate: false, signal: never, env});

  it('is read through it: the proxy looks up the name', async () => {
    const proxy = await forwardProxy(portOf(await httpServer(peer)));
    expect(await read({HTTP_PROXY: proxy.url})).toMatchObject({state: 'read'});
    expect(proxy.seen).toEqual(['GET http://meta.example/operator.json']);
  });

  it('names the proxy as the one at fault', async () => {
    const proxy = await forwardProxy(1, 407);
    const found = await read({HTTP_PROXY: proxy.url});
    expect(found).toMatchObject({
      state: 'unread',
      why: expect.stringContaining('the proxy of HTTP_PROXY') as string,
    });
  });
});

describe('the wrong scheme in a URL', () => {
  it('of an RPC: http on a TLS port', async () => {
    const port = await tlsPeer();
    const error = await failed(newest(`http://127.0.0.1:${port}/v3/${SECRET}`));
    expect(error.message).toBe(`127.0.0.1:${port} speaks TLS on this port, and the URL says http://`);
    expect(error.next.say).toContain(`Write https://127.0.0.1:${port} instead of http://127.0.0.1:${port}`);
    expect(JSON.stringify(error.next)).not.toContain(SECRET);
  });

  it('of an RPC: https on a plain port', async () => {
    const url = await httpServer(peer);
    const error = await failed(newest(url.replace('http:', 'https:')));
    expect(error.message).toBe(`${new URL(url).host} speaks no TLS on this port, and the URL says https://`);
    expect(error.next.say).toContain(`Write ${url} instead of ${url.replace('http:', 'https:')}`);
  });

  it('of an RPC: http on a TLS port that answers in plain text, as nginx does', async () => {
    // A plain answer of 400 alone proves nothing.
    const url = await httpServer((_request, response) => response.writeHead(400).end('bad'));
    expect((await failed(newest(url))).message).not.toContain('TLS');
  });

  it('of a webhook: once, since a later attempt changes nothing', async () => {
    let asked = 0;
    const port = await tlsPeer();
    const webhook = createWebhook(`http://127.0.0.1:${port}/${SECRET}`, {
      time: {...systemTime, sleep: () => Promise.resolve(void (asked += 1))},
      random: () => 0.5,
    });
    onTestFinished(() => webhook.close());
    const error = await failed(webhook.post({}, never));
    expect(error.next.say).toBe(
      `Write https://127.0.0.1:${port} instead of http://127.0.0.1:${port} in alerts.webhook_url.`,
    );
    expect(asked).toBe(0);
  });

  it('of a metadata file', async () => {
    const url = (await httpServer(peer)).replace('http:', 'https:');
    const found = await readPublicFile(new URL(url), {allowPrivate: true, signal: never});
    expect(found).toMatchObject({
      why: expect.stringContaining(`write ${url.replace('https:', 'http:')} instead of ${url}`) as string,
    });
  });
});
