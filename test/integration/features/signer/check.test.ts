import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer, type AddressInfo} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {describe, expect, it, onTestFinished} from 'vitest';
import {renderNext} from '../../../../src/lib/cli/next-step.ts';
import {DEV_SIGNER_KEY} from '../../../../src/devnet/signer/keys.ts';
import type {DevSignerOptions} from '../../../../src/devnet/signer/signer.ts';
import type {SignerFaults} from '../../../../src/devnet/signer/faults.ts';
import {STEP_IDS, type StepId} from '../../../../src/lib/features/signer/step-ids.ts';
import {
  checkSigner,
  type CheckOptions,
  type SignerReport,
  type StepReport,
} from '../../../../src/lib/features/signer/check.ts';
import {checkSigners} from '../../../../src/lib/features/signer/check-line.ts';
import {verdictExit} from '../../../../src/lib/cli/verdict-exit.ts';
import {signerText} from '../../../../src/lib/features/signer/text.ts';
import type {Time} from '../../../../src/lib/foundation/time/time.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {listStyle} from '../../../support/list-style.ts';
import {rawHttp} from '../../../support/raw-http.ts';
import {
  bodyOf,
  devSigner,
  freePort,
  httpServer,
  OPERATOR,
  OTHER_ADDRESS,
  OTHER_KEY,
  pem,
  tcpServer,
} from '../../../support/signer.ts';

/** A clock by which everything is quick, however busy this machine is. */
function calmTime(): Time {
  let ms = 0;
  return {...systemTime, monotonic: () => (ms += 1)};
}

function check(url: string, options: Partial<CheckOptions> = {}): Promise<SignerReport> {
  return checkSigner({
    url,
    address: OPERATOR,
    chainId: 31337,
    time: calmTime(),
    samples: 3,
    localAddresses: [],
    ...options,
  });
}

async function checkDev(
  options: Partial<DevSignerOptions> = {},
  checks: Partial<CheckOptions> = {},
): Promise<SignerReport> {
  return check((await devSigner(options)).url, checks);
}

function step(report: SignerReport, id: StepId): StepReport {
  const found = report.steps.find((entry) => entry.id === id);
  if (found === undefined) throw new Error(`there is no step ${id}`);
  return found;
}

/** Typed `expect.stringContaining`. */
const containing = (text: string): unknown => expect.stringContaining(text);

/** Ids of the steps in a state. */
const inState = (report: SignerReport, state: StepReport['state']): StepId[] =>
  report.steps.filter((entry) => entry.state === state).map((entry) => entry.id);

/** All steps after `id`, for checks that stop there. */
const after = (id: StepId): StepId[] => STEP_IDS.slice(STEP_IDS.indexOf(id) + 1);

/** Exactly one step failed, with a next step, and these were skipped. */
function expectOnly(report: SignerReport, id: StepId, skipped: readonly StepId[]): StepReport {
  expect(inState(report, 'fail')).toEqual([id]);
  expect(inState(report, 'skipped')).toEqual(skipped);
  expect(report.verdict).toBe('fail');
  expect(verdictExit(report.verdict)).toBe(3);
  const found = step(report, id);
  const next = found.next === null ? '' : renderNext(found.next);
  expect([found.asked, found.found, found.means, next].every((text) => text !== '')).toBe(true);
  expect(next).not.toBe('aos signer check');
  return found;
}

describe('a good signer', () => {
  it('passes every step, and the report has the figures', async () => {
    const report = await checkDev();
    expect(report).toMatchObject({
      verdict: 'ok',
      address: OPERATOR,
      chainId: 31337,
      accounts: [OPERATOR],
      latency: {n: 3},
    });
    expect(report.steps.map(({id, state}) => `${id} ${state}`)).toEqual(STEP_IDS.map((id) => `${id} ok`));
    expect(
      report.steps.every(
        ({asked, found, means, next}) => asked !== '' && found !== '' && means !== '' && next === null,
      ),
    ).toBe(true);
    expect(verdictExit(report.verdict)).toBe(0);
    expect(signerText({...report, standby: []}, listStyle(), {all: true}).match(/^✓ /gm)).toHaveLength(
      STEP_IDS.length,
    );
  });

  it('passes with a KMS behind it, with node_id in any letter case, over TLS, and when no chain id is configured', async () => {
    const report = await checkDev(
      {faults: {randomNonces: true}, chainId: 17000},
      {chainId: null, address: OPERATOR.toLowerCase()},
    );
    expect(report).toMatchObject({verdict: 'ok', chainId: 17000});
    const tls = await checkDev({tls: {key: pem('server-key'), cert: pem('server')}}, {tls: {ca: pem('ca')}});
    expect(tls.verdict).toBe('ok');
    expect(step(tls, 'signer.tls').found).toContain('2120-01-01');
  });
});

describe('url', () => {
  it.each(['127.0.0.1:9000', 'http://127.0.0.1:9000/eth1', 'http://u:p@127.0.0.1:9000', 'ftp://127.0.0.1'])(
    '%s',
    async (url) => {
      const found = expectOnly(await check(url), 'signer.url', after('signer.url'));
      expect(found.next?.say).toContain('http');
    },
  );
});

describe('connect', () => {
  it('nothing listens', async () => {
    const found = expectOnly(
      await check(`http://127.0.0.1:${await freePort()}`),
      'signer.connect',
      after('signer.connect'),
    );
    expect(found).toMatchObject({found: 'ECONNREFUSED', next: {say: containing('Start Web3Signer')}});
  });

  it('no such host', async () => {
    const found = expectOnly(
      await check('http://signer.invalid:9000'),
      'signer.connect',
      after('signer.connect'),
    );
    expect(found.found).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('tls', () => {
  const serving = (name: string): Partial<DevSignerOptions> => ({
    tls: {key: pem(`${name}-key`), cert: pem(name)},
  });

  it.each<[string, Partial<DevSignerOptions>, Partial<CheckOptions>, string, string]>([
    ['an unknown authority', serving('server'), {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
    [
      'a certificate for another name',
      serving('other'),
      {tls: {ca: pem('ca')}},
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'name of the certificate',
    ],
    ['an expired certificate', serving('expired'), {tls: {ca: pem('ca')}}, 'CERT_HAS_EXPIRED', 'Renew'],
  ])('%s', async (_name, options, checks, got, fix) => {
    const found = expectOnly(await checkDev(options, checks), 'signer.tls', after('signer.tls'));
    expect(found.found).toBe(got);
    expect(found.next?.say).toContain(fix);
  });

  it('a client certificate is demanded', async () => {
    const options = {
      tls: {
        key: pem('server-key'),
        cert: pem('server'),
        ca: pem('ca'),
        requestCert: true,
        rejectUnauthorized: true,
      },
    };
    const found = expectOnly(
      await checkDev(options, {tls: {ca: pem('ca')}}),
      'signer.tls',
      after('signer.tls'),
    );
    expect(found.means).toContain('client certificate');
    const known = await checkDev(options, {
      tls: {ca: pem('ca'), cert: pem('client'), key: pem('client-key')},
    });
    expect(known.verdict).toBe('ok');
  });

  it('https to a plain port', async () => {
    const {url} = await devSigner();
    const found = expectOnly(await check(url.replace('http:', 'https:')), 'signer.tls', after('signer.tls'));
    expect(found.next?.say).toContain(url);
  });

  it('a port that never answers the handshake', async () => {
    const port = await tcpServer(() => {});
    const found = expectOnly(
      await check(`https://127.0.0.1:${port}`, {limitMs: 150}),
      'signer.tls',
      after('signer.tls'),
    );
    expect(found.found).toContain('150 ms');
  });

  it('a certificate about to expire is a warning', async () => {
    const late = {...systemTime, now: () => Date.parse('2119-12-25T00:00:00Z')};
    const report = await checkDev(serving('server'), {tls: {ca: pem('ca')}, time: late});
    expect(step(report, 'signer.tls').state).toBe('warn');
    expect(verdictExit(report.verdict)).toBe(4);
  });
});

describe('upcheck', () => {
  it('the host name is not allowed: the option that allows it, with the names it has by default', async () => {
    const {url} = await devSigner({host: '127.0.0.2', hostAllowlist: ['localhost', '127.0.0.1']});
    const found = expectOnly(await check(url), 'signer.upcheck', after('signer.upcheck'));
    expect(found.next?.say).toBe(
      'Start Web3Signer with --http-host-allowlist=127.0.0.2,localhost,127.0.0.1 before eth1',
    );
  });

  it('a proxy rewrites Host: no advice to allow what is allowed', async () => {
    const behind = await behindProxy('signer.internal');
    const found = expectOnly(await check(behind), 'signer.upcheck', after('signer.upcheck'));
    expect(found.found).toContain('Host not authorized');
    expect(found.means).toContain('a proxy on the way changes the header');
    expect(found.next?.say).toBe(
      'Have the proxy pass the Host header on unchanged; without a proxy, name 127.0.0.1 in --http-host-allowlist.',
    );
    const narrowed = await checkDev({hostAllowlist: ['signer']});
    expect(step(narrowed, 'signer.upcheck').next).toEqual(found.next);
  });

  it.each<[string, number, string, string]>([
    ['a web server', 200, '<html>hello</html>', 'Point signer_key'],
    ['a proxy with nothing behind it', 502, 'Bad Gateway', 'Start Web3Signer'],
    ['a proxy that adds Origin', 403, 'CORS Rejected - Invalid origin', 'Origin'],
  ])('%s', async (_name, status, body, fix) => {
    const url = await httpServer((_request, response) => response.writeHead(status).end(body));
    expect(expectOnly(await check(url), 'signer.upcheck', after('signer.upcheck')).next?.say).toContain(fix);
  });

  it('http to a TLS port', async () => {
    const {url} = await devSigner({tls: {key: pem('server-key'), cert: pem('server')}});
    const found = expectOnly(
      await check(url.replace('https:', 'http:')),
      'signer.upcheck',
      after('signer.upcheck'),
    );
    expect(found.next?.say).toContain(url);
  });

  it('a port that speaks something else, drops, or never answers', async () => {
    const ssh = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    const dropping = await tcpServer((socket) => socket.destroy());
    const silent = await tcpServer(() => {});
    for (const port of [ssh, dropping, silent]) {
      expectOnly(
        await check(`http://127.0.0.1:${port}`, {limitMs: 200}),
        'signer.upcheck',
        after('signer.upcheck'),
      );
    }
  });
});

describe('health_status', () => {
  it('eth2 mode', async () => {
    const found = expectOnly(
      await checkDev({faults: {eth2: true}}),
      'signer.health_status',
      after('signer.health_status'),
    );
    expect(found.means).toContain('eth2');
    expect(found.next?.say).toContain('eth1 --chain-id');
  });

  it('older than 25.9.0, where typed data is wrong too', async () => {
    const report = await checkDev({faults: {oldVersion: true}});
    expect(inState(report, 'fail')).toEqual(['signer.health_status', 'signer.typed_data']);
    expect(inState(report, 'skipped')).toEqual([]);
    expect(step(report, 'signer.health_status').next?.say).toContain('25.9.0');
    expect(step(report, 'signer.typed_data').found).toContain('not by');
  });
});

describe('healthcheck', () => {
  it.each<[SignerFaults['health'], string, string]>([
    ['down', 'v3-keystores-bulk-loading: 1 loaded, 1 failed', 'Error loading v3 keystore'],
    ['failed', 'HTTP 500', 'restart'],
  ])('%s', async (health, got, fix) => {
    const found = expectOnly(await checkDev({faults: {health: health ?? 'down'}}), 'signer.healthcheck', []);
    expect(found.found).toContain(got);
    expect(found.next?.say).toContain(fix);
  });

  it('UP claims nothing about the keys of YAML files, of which one failed here', async () => {
    const report = await checkDev({keys: [DEV_SIGNER_KEY, OTHER_KEY], faults: {failedKeys: [OPERATOR]}});
    expect(step(report, 'signer.healthcheck')).toMatchObject({
      state: 'ok',
      found: 'UP',
      means: 'Web3Signer runs; keys of YAML files are not covered here, signer.accounts shows them',
    });
    const found = step(report, 'signer.accounts');
    expect(found).toMatchObject({state: 'fail', found: OTHER_ADDRESS});
    expect(found.next?.say).toContain('its log');
    expect(verdictExit(report.verdict)).toBe(3);
    const bulk = await checkDev({faults: {health: 'bulk'}});
    expect(step(bulk, 'signer.healthcheck')).toMatchObject({
      found: 'UP (v3-keystores-bulk-loading)',
      means: containing('no key that is loaded in bulk failed; keys of YAML files are not covered'),
    });
  });

  it.each<[string, unknown, string, string]>([
    [
      'keys of a cloud that could not be loaded: nothing about keystores and their passwords',
      [{id: 'aws-bulk-loading', status: 'DOWN', data: {'keys-loaded': 0, 'error-count': 3}}],
      'aws-bulk-loading: 0 loaded, 3 failed',
      'in bulk',
    ],
    [
      'a first load that failed',
      [{id: 'unexpected', status: 'DOWN'}],
      'unexpected',
      'the first load of the keys failed',
    ],
    ['no reason', [], 'DOWN', 'in bulk'],
  ])('%s', async (_name, loaders, got, means) => {
    const body = JSON.stringify({
      status: 'DOWN',
      checks: [{id: 'keys-check', status: 'DOWN', checks: loaders}],
      outcome: 'DOWN',
    });
    const signer = await devSigner();
    const url = await httpServer((request, response) => {
      if (request.url === '/healthcheck') response.writeHead(503).end(body);
      else void handOn(signer.url, request, response);
    });
    const found = expectOnly(await check(url), 'signer.healthcheck', []);
    expect(found.found).toBe(got);
    expect(found.means).toContain(means);
    expect(`${found.means} ${found.next?.say ?? ''}`).not.toContain('password');
  });
});

describe('JSON-RPC', () => {
  it('that is silent while upcheck is well: the signer is stuck', async () => {
    const report = await checkDev({faults: {wedged: true}}, {limitMs: 500});
    expect(inState(report, 'ok')).toContain('signer.healthcheck');
    expect(step(report, 'signer.accounts')).toMatchObject({
      state: 'fail',
      means: containing('Web3Signer is stuck until it is restarted'),
      next: {say: 'Look at the log of Web3Signer, and restart it.'},
    });
    expect(verdictExit(report.verdict)).toBe(3);
  });

  it('whose answer takes longer than the idle limit: the option, not TLS', async () => {
    const report = await checkDev({faults: {backendMs: 60_000, idleMs: 1_100}});
    const found = step(report, 'signer.sign');
    expect(found.state).toBe('fail');
    expect(found.found).toContain('--idle-connection-timeout-seconds');
    expect(found.next?.say).toContain('--idle-connection-timeout-seconds');
    expect(found.next?.say).not.toContain('TLS');
    expect(verdictExit(report.verdict)).toBe(3);
  });
});

describe('eth_accounts', () => {
  const rest: StepId[] = ['signer.sign', 'signer.typed_data', 'signer.transaction', 'signer.latency'];

  it('no key', async () => {
    const found = expectOnly(await checkDev({faults: {noKeys: true}}), 'signer.accounts', rest);
    expect(found).toMatchObject({found: '[]', next: {say: containing('keyType: "SECP256K1"')}});
  });

  it('another key', async () => {
    const found = expectOnly(await checkDev({keys: [OTHER_KEY]}), 'signer.accounts', rest);
    expect(found.found).toBe(OTHER_ADDRESS);
    expect(found.means).toContain(OPERATOR);
  });

  it('many keys are a warning', async () => {
    const keys = ['0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63'];
    for (let n = 1; n <= 10; n++) keys.push(`0x${n.toString(16).padStart(64, '0')}`);
    const report = await checkDev({keys});
    expect(inState(report, 'warn')).toEqual(['signer.accounts']);
    expect(report.accounts).toHaveLength(11);
  });
});

describe('eth_sign', () => {
  const rest: StepId[] = ['signer.typed_data', 'signer.transaction', 'signer.latency'];

  it.each<[string, SignerFaults, string]>([
    ['the key backend is down', {kmsDown: 'all'}, '-32603'],
    ['another key signs', {wrongKey: true}, 'not by'],
    ['a high s', {malformed: 'high-s'}, 's is high'],
    ['v 0 or 1', {malformed: 'bare-v'}, 'v is not 27/28'],
    ['64 bytes', {malformed: 'short'}, '64 bytes'],
  ])('%s', async (_name, faults, got) => {
    expect(expectOnly(await checkDev({faults}), 'signer.sign', rest).found).toContain(got);
  });

  it('a backend that is too slow', async () => {
    const signer = await devSigner();
    const url = await silentFor(signer.url, `"eth_sign","params":["${OPERATOR.toLowerCase()}"`);
    const found = expectOnly(await check(url, {limitMs: 200}), 'signer.sign', rest);
    expect(found).toMatchObject({found: 'no answer within 200 ms', means: containing('slow')});
  });
});

describe('eth_signTypedData', () => {
  it('reaches a node', async () => {
    const signer = await devSigner();
    const url = await rewriting(signer.url, (body) =>
      body.includes('eth_signTypedData') ? errorReply(body, -32601, 'method not found') : undefined,
    );
    expect(expectOnly(await check(url), 'signer.typed_data', []).found).toContain('-32601');
  });
});

describe('eth_signTransaction', () => {
  it.each<[string, SignerFaults, string]>([
    ['another chain id', {wrongChainId: 1}, '--chain-id=31337'],
    ['no EIP-1559', {strip1559: true}, 'Upgrade'],
  ])('%s', async (_name, faults, fix) => {
    expect(expectOnly(await checkDev({faults}), 'signer.transaction', []).next?.say).toContain(fix);
  });

  it('fields that are changed on the way', async () => {
    const signer = await devSigner();
    const url = await rewriting(signer.url, (body) => body.replace('"gas":"0x1"', '"gas":"0x2"'));
    expect(expectOnly(await check(url), 'signer.transaction', []).found).toContain('gas 2');
  });

  it('refused parameters and garbage', async () => {
    const signer = await devSigner();
    const refused = await rewriting(signer.url, (body) =>
      body.includes('eth_signTransaction') ? errorReply(body, -32602, 'Invalid params') : undefined,
    );
    expectOnly(await check(refused), 'signer.transaction', []);
    const garbage = await rewriting(
      signer.url,
      (body) =>
        body.includes('eth_signTransaction')
          ? body.replace(/^.*"id":(\d+)}$/, '{"id":$1,"result":"0x02f8"}')
          : undefined,
      true,
    );
    expectOnly(await check(garbage), 'signer.transaction', []);
  });
});

describe('negative', () => {
  it('signs for anyone', async () => {
    const found = expectOnly(await checkDev({faults: {signForAnyone: true}}), 'signer.strangers', []);
    expect(found.means).toContain('DANGER');
  });

  it('refuses in other words: a warning', async () => {
    const signer = await devSigner();
    const stranger = `["0x${'42'.repeat(20)}"`;
    const url = await rewriting(signer.url, (body) =>
      body.includes(stranger) ? errorReply(body, -32000, 'unknown account') : undefined,
    );
    const report = await check(url, {random: (n) => new Uint8Array(n).fill(0x42)});
    expect(inState(report, 'warn')).toEqual(['signer.strangers']);
    expect(verdictExit(report.verdict)).toBe(4);
  });
});

describe('latency', () => {
  it('slow signing is a warning with figures', async () => {
    let ms = 0;
    // Every look at the clock is 300 ms later: slower than the budget of a local signer.
    const crawling = {...systemTime, monotonic: () => (ms += 300)};
    const report = await checkDev({}, {time: crawling, limitMs: 10_000});
    expect(step(report, 'signer.latency')).toMatchObject({state: 'ok'});
    ms = 0;
    const slower = {...systemTime, monotonic: () => (ms += 600)};
    const slow = await checkDev({}, {time: slower, limitMs: 10_000});
    expect(inState(slow, 'warn')).toEqual(['signer.latency']);
    expect(slow.latency).toEqual({p50: 600, p95: 600, n: 3});
    // More threads do not help one request at a time.
    expect(step(slow, 'signer.latency').next?.say).toContain('near its key backend');
    expect(step(slow, 'signer.latency').next?.say).not.toContain('--vertx-worker-pool-size');
  });

  it('many at once that wait for each other are a warning, with the size of the pool', async () => {
    const signer = await devSigner();
    let ms = 0;
    // 200 ms for each signature, one after the other.
    const url = await httpServer((request, response) => {
      ms += 200;
      void handOn(signer.url, request, response);
    });
    const report = await check(url, {time: {...systemTime, monotonic: () => (ms += 1)}, limitMs: 60_000});
    expect(inState(report, 'warn')).toEqual(['signer.latency']);
    expect(step(report, 'signer.latency')).toMatchObject({
      means: containing('one signature is fast enough, 8 at once take more than 1000 ms'),
      next: {say: containing('--vertx-worker-pool-size above 20 before eth1')},
    });
  });
});

describe('exposure', () => {
  it('any host name is a warning', async () => {
    const report = await checkDev({hostAllowlist: ['*']});
    expect(inState(report, 'warn')).toEqual(['signer.exposure']);
    expect(step(report, 'signer.exposure').next?.say).toContain('--http-host-allowlist');
  });

  it('a second address of this machine is a warning', async () => {
    const {url} = await devSigner();
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(Number(new URL(url).port), '127.0.0.2', resolve));
    onTestFinished(() => void other.close());
    const report = await check(url, {localAddresses: ['127.0.0.3', '127.0.0.2']});
    expect(inState(report, 'warn')).toEqual(['signer.exposure']);
    expect(step(report, 'signer.exposure')).toMatchObject({
      found: containing('also listens on 127.0.0.2'),
      next: {say: containing('--http-listen-host')},
    });
  });
});

describe('the run', () => {
  it('ends with the reason of the signal', async () => {
    const reason = new Error('stopped');
    const port = await tcpServer(() => {});
    const stop = new AbortController();
    const run = check(`http://127.0.0.1:${port}`, {signal: stop.signal});
    setImmediate(() => stop.abort(reason));
    await expect(run).rejects.toBe(reason);
  });

  it('never puts what signer_key holds into the report when it is no URL', async () => {
    const report = await check('8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63');
    expect(JSON.stringify(report)).not.toContain('8f2a5594');
  });

  it('survives a TLS port that closes at once', async () => {
    const server = createTlsServer({key: pem('server-key'), cert: pem('server')}, (socket) =>
      socket.destroy(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const {port} = server.address() as AddressInfo;
    expectOnly(
      await check(`https://127.0.0.1:${port}`, {tls: {ca: pem('ca')}}),
      'signer.tls',
      after('signer.tls'),
    );
  });
});

/** A proxy before a signer, under another name than the one it is called by. */
async function behindProxy(host: string): Promise<string> {
  const signer = await devSigner();
  return httpServer((request, response) => void handOn(signer.url, request, response, host));
}

/** Hands a request on to `target` and its answer back. */
async function handOn(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  host = request.headers.host ?? '',
): Promise<void> {
  const {method = 'GET', url = '/'} = request;
  const answer = await forward(target, method, url, host, await bodyOf(request));
  response.writeHead(answer.status).end(answer.body);
}

const errorReply = (body: string, code: number, message: string): string => {
  const {id} = JSON.parse(body) as {id: number};
  return `!${JSON.stringify({jsonrpc: '2.0', id, error: {code, message}})}`;
};

/**
 * A proxy before a signer. `change` gets a request body and gives the one to send on; undefined: unchanged; with a
 * leading `!`, or always when `answers`, it is the answer itself.
 */
async function rewriting(
  target: string,
  change: (body: string) => string | undefined,
  answers = false,
): Promise<string> {
  return httpServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const changed = request.method === 'POST' ? change(body) : undefined;
      if (changed !== undefined && (answers || changed.startsWith('!'))) {
        response.end(changed.replace(/^!/, ''));
        return;
      }
      const answer = await forward(
        target,
        request.method ?? 'GET',
        request.url ?? '/',
        request.headers.host ?? '',
        changed ?? body,
      );
      response.writeHead(answer.status).end(answer.body);
    });
  });
}

/** A proxy that never answers requests with a certain text. */
function silentFor(target: string, text: string): Promise<string> {
  return httpServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      if (body.includes(text)) return;
      const answer = await forward(
        target,
        request.method ?? 'GET',
        request.url ?? '/',
        request.headers.host ?? '',
        body,
      );
      response.writeHead(answer.status).end(answer.body);
    });
  });
}

function forward(
  target: string,
  method: string,
  path: string,
  host: string,
  body: string,
): Promise<{status: number; body: string}> {
  return rawHttp(target, {method, path, headers: {host}, ...(body === '' ? {} : {body})});
}

describe('several signers', () => {
  it('are looked at one by one; what is wrong with one that stands in is a warning with its own key', async () => {
    const [first, second, other] = [
      await devSigner(),
      await devSigner(),
      await devSigner({keys: [OTHER_KEY]}),
    ];
    const all = (...otherSigners: string[]) =>
      checkSigners(
        {signerUrl: first.url, otherSigners, signerTls: null},
        {address: OPERATOR, chainId: 31337, time: calmTime(), samples: 1, localAddresses: []},
      );
    const well = await all(second.url);
    expect(well).toMatchObject({verdict: 'ok', signer: first.url, standby: [{signer: second.url}]});
    expect(well.standby[0]?.steps.map(({id}) => id)).toEqual(STEP_IDS);

    const port = await httpServer((_request, response) => response.writeHead(404).end());
    const {verdict, steps, standby} = await all(other.url, port);
    expect(verdict).toBe('warn');
    expect(steps.every(({state}) => state === 'ok')).toBe(true);
    expect(standby.map((one) => one.verdict)).toEqual(['fail', 'fail']);
    expect(standby.map((one) => one.steps.find(({state}) => state === 'fail')?.id)).toEqual([
      'signer.accounts',
      'signer.upcheck',
    ]);
    expect(standby[1]?.steps.find(({id}) => id === 'signer.upcheck')?.next?.say).toContain(
      'Point node.signer_urls at Web3Signer itself',
    );
    expect(JSON.stringify(standby)).not.toContain('signer_key');
  });
});
