import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {lookAtDispatcher, lookAtWebhook} from '../../../../src/lib/features/init/reach.ts';
import {forwardProxy} from '../../../support/forward-proxy.ts';
import {patient, type Patient} from '../../../support/doctor.ts';
import {bodyOf, devSigner, freePort, httpServer, pem, tcpServer} from '../../../support/signer.ts';

const SECRET = 's3cret';
const never = new AbortController().signal;
const WEBHOOK = `http://hooks.example/T0/${SECRET}`;
const PEERS = {'chain.chain_rpc_url': 'http://rpc.example', 'alerts.webhook_url': WEBHOOK};

/** What the peers of the node are reached by; it is that of this process too, as in a shell. */
const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
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

function behind(proxy: Record<string, string>): Patient {
  const sick = patient();
  Object.assign(sick.where.env, proxy);
  Object.assign(process.env, proxy);
  sick.configure(PEERS);
  return sick;
}

const rpc = (): Promise<string> =>
  httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      const id = body === '' ? 0 : (JSON.parse(body) as {id: number}).id;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({jsonrpc: '2.0', id, result: '0x7a69'}));
    });
  });
const withPassword = (url: string): string => url.replace('//', `//node:${SECRET}@`);

describe('peers behind a proxy', () => {
  it('are named with it, and reached through it as requests are', async () => {
    const {url, port, seen, authorizations} = await forwardProxy(Number(new URL(await rpc()).port));
    const sick = behind({HTTP_PROXY: withPassword(url)});
    writeFileSync(join(sick.dir, 'slack.url'), 'http://slack.example/services/T0/the-secret', {mode: 0o600});
    sick.configure({...PEERS, 'alerts.slack.url_file': 'slack.url'});
    const checks = await sick.checks('config.proxy', 'clock.offset', 'alerts');
    const place = `HTTP_PROXY (http://127.0.0.1:${port})`;
    expect(checks['config.proxy']).toMatchObject({
      state: 'ok',
      found: `${place} for RPC rpc.example, webhook hooks.example, slack slack.example`,
    });
    expect(checks['alerts.webhook']).toMatchObject({
      state: 'ok',
      found: `http://hooks.example answers through the proxy of ${place}`,
    });
    expect(checks['clock.offset']).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('by RPC rpc.example') as string,
    });
    expect(seen).toContain('HEAD http://hooks.example/');
    expect(seen).toContain('POST http://rpc.example/');
    expect(new Set(authorizations)).toEqual(
      new Set([`Basic ${Buffer.from(`node:${SECRET}`).toString('base64')}`]),
    );
    expect(JSON.stringify(checks)).not.toContain(SECRET);
  });

  it('that refuses: the proxy is at fault, with its next step', async () => {
    const {url} = await forwardProxy(1, 407);
    const checks = await behind({HTTP_PROXY: url}).checks('clock.offset', 'alerts');
    expect(checks['alerts.webhook']).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('wants a user and a password') as string,
      next: {say: expect.stringContaining('HTTP_PROXY=http://USER:PASSWORD@HOST:PORT') as string},
    });
    expect(checks['clock.offset']).toMatchObject({
      state: 'unknown',
      found: expect.stringContaining('the proxy of HTTP_PROXY') as string,
    });
    expect((await lookAtWebhook(WEBHOOK, never)).found).toContain('the proxy of HTTP_PROXY');
  });

  it('that does not reach them: its own answer is none of theirs, its clock neither', async () => {
    const {url} = await forwardProxy(1, 503);
    const checks = await behind({HTTP_PROXY: url}).checks('clock.offset', 'alerts');
    expect(checks['clock.offset']).toMatchObject({
      state: 'unknown',
      found: expect.stringContaining('RPC rpc.example: HTTP 503 through the proxy of HTTP_PROXY') as string,
    });
    expect(checks['alerts.webhook']).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('HTTP 503 through the proxy of HTTP_PROXY') as string,
    });
  });

  it('that cannot be used, or leads to no peer', async () => {
    const socks = behind({ALL_PROXY: 'socks5://127.0.0.1:1080'});
    expect((await socks.checks('config.proxy'))['config.proxy']).toMatchObject({
      state: 'warn',
      next: {say: 'Set ALL_PROXY=http://HOST:PORT, or unset it.'},
    });
    const direct = behind({ALL_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*'});
    expect((await direct.checks('config.proxy'))['config.proxy']).toMatchObject({state: 'skipped'});
  });
});

describe('the clock of a signer that wants a client certificate', () => {
  it('is read with the one of node.signer_tls', async () => {
    const {url} = await devSigner({
      tls: {
        cert: pem('server'),
        key: pem('server-key'),
        ca: pem('ca'),
        requestCert: true,
        rejectUnauthorized: true,
      },
    });
    const sick = patient();
    const file = (name: string): string => {
      writeFileSync(join(sick.dir, name), pem(name), {mode: 0o600});
      return `./${name}`;
    };
    const tls = {
      'node.signer_tls.ca': file('ca'),
      'node.signer_tls.cert': file('client'),
      'node.signer_tls.key': file('client-key'),
    };
    sick.configure({'node.signer_key': url, ...tls});
    // Web3Signer sends no Date: that it answered is what matters here.
    const answered = `signer ${new URL(url).host} does not say what time it is`;
    expect((await sick.checks('clock.offset'))['clock.offset']?.found).toContain(answered);
    sick.configure({'node.signer_key': url, 'node.signer_tls.ca': './ca'});
    expect((await sick.checks('clock.offset'))['clock.offset']?.found).not.toContain(answered);
  });
});

describe('the dispatcher’s URL in the wizard', () => {
  it('has the right scheme, or the one to write is named', async () => {
    const url = await httpServer((_request, response) => response.writeHead(404).end());
    const {host} = new URL(url);
    expect(await lookAtDispatcher(`ws://${host}/ws`, never)).toMatchObject({
      state: 'ok',
      found: `something listens at ${host}`,
    });
    expect(await lookAtDispatcher(`wss://${host}/ws`, never)).toMatchObject({
      state: 'fail',
      next: {say: `Write ws://${host} instead of wss://${host} in net.dispatcher_url.`},
    });
  });

  it('is well where it hangs up, and not where nothing listens', async () => {
    const port = await tcpServer((socket) => socket.destroy());
    expect((await lookAtDispatcher(`ws://127.0.0.1:${port}/ws`, never)).state).toBe('ok');
    expect((await lookAtDispatcher(`ws://127.0.0.1:${await freePort()}/ws`, never)).state).toBe('fail');
  });
});
