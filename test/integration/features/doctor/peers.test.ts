import {engineFixture, engineServer} from '../../../support/engine-server.ts';
import {testTee, type TeeFault} from '../../../support/tee-worker.ts';
import {KNOWN_GOOD, testZkml, type ZkmlFault} from '../../../support/zkml-worker.ts';
import {run, say} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {once} from 'node:events';
import type {RequestListener} from 'node:http';
import {WebSocketServer} from 'ws';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {AddressInfo} from 'node:net';
import {controlDirs, controlFile} from '../../../../src/lib/config/control-paths.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {startControl} from '../../../../src/lib/node/control/server.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {join} from 'node:path';
import {NODE_ID, patient} from '../../../support/doctor.ts';
import {eventLog, STARTED} from '../../../support/event-log.ts';
import {newJob} from '../../../support/journal.ts';
import {testWorker} from '../../../support/operator-rig.ts';
import {startProvider} from '../../../support/provider-shim.ts';
import {bodyOf, devSigner, freePort, httpServer, OTHER_KEY, tcpServer} from '../../../support/signer.ts';

/** A JSON-RPC server that serves a chain and a latest block, and nothing else. */
function chainServer(
  chainId: number,
  blockAt: number,
  head: (response: Parameters<RequestListener>[1]) => void = () => {},
) {
  return httpServer((request, response) => {
    void bodyOf(request).then((body) => {
      head(response);
      response.setHeader('content-type', 'application/json');
      const calls = JSON.parse(body) as {id: number; method: string} | {id: number; method: string}[];
      const answer = ({id, method}: {id: number; method: string}) => ({
        jsonrpc: '2.0',
        id,
        result: resultOf(method, chainId, blockAt),
      });
      response.end(JSON.stringify(Array.isArray(calls) ? calls.map(answer) : answer(calls)));
    });
  });
}

function resultOf(method: string, chainId: number, blockAt: number): unknown {
  const hex = (value: number): string => `0x${Math.floor(value).toString(16)}`;
  if (method === 'eth_chainId') return hex(chainId);
  if (method === 'eth_getBlockByNumber')
    return {number: '0x10', timestamp: hex(blockAt / 1000), transactions: [], hash: `0x${'11'.repeat(32)}`};
  return '0x';
}

describe('signer', () => {
  it('is looked at step by step', async () => {
    const signer = await devSigner();
    const sick = patient();
    sick.configure({'node.signer_key': signer.url});
    const {report} = await sick.examine('signer');
    expect(report.checks.filter(({state}) => state !== 'ok')).toMatchObject([
      {
        id: 'signer.standby',
        state: 'skipped',
        found: expect.stringContaining('none is configured') as string,
      },
    ]);
    expect(report.checks).toHaveLength(14);
  });

  it('has others that stand in: each is named, with its key and its next step', async () => {
    const [first, second, other] = [
      await devSigner(),
      await devSigner(),
      await devSigner({keys: [OTHER_KEY]}),
    ];
    const hostOf = (url: string): string => new URL(url).host;
    const sick = patient();
    const withOthers = (...urls: string[]): void => {
      sick.configure({'node.signer_key': first.url});
      Object.assign(sick.where.env, {AOS_NODE_SIGNER_URLS: urls.join(',')});
    };
    withOthers(second.url);
    expect((await sick.checks('signer.standby'))['signer.standby']).toMatchObject({
      state: 'ok',
      found: `${hostOf(second.url)} has the key and signs`,
    });
    const dead = `http://127.0.0.1:${await freePort()}`;
    withOthers(second.url, other.url, dead);
    const found = (await sick.checks('signer.standby'))['signer.standby'];
    expect(found).toMatchObject({state: 'warn', next: expect.anything() as unknown});
    expect(found?.found).toContain(`${hostOf(second.url)} has the key and signs; ${hostOf(other.url)}: `);
    expect(found?.found).toMatch(/\(signer\.accounts\).*ECONNREFUSED \(signer\.connect\)/);
  });

  it('that is away fails once, and the rest is skipped for it', async () => {
    const checks = await patient().checks('signer');
    expect(checks['signer.connect']).toMatchObject({
      state: 'fail',
      found: expect.stringContaining('ECONNREFUSED') as string,
    });
    expect(checks['signer.sign']).toMatchObject({state: 'skipped', because: 'signer.connect'});
  });

  it('with another key', async () => {
    const signer = await devSigner({keys: [OTHER_KEY]});
    const sick = patient();
    sick.configure({'node.signer_key': signer.url});
    expect(await sick.checks('signer.accounts', 'signer.sign')).toMatchObject({
      'signer.accounts': {state: 'fail'},
      'signer.sign': {state: 'skipped', because: 'signer.accounts'},
    });
  });

  it('that takes connections and says nothing', async () => {
    const port = await tcpServer(() => {});
    const sick = patient();
    sick.configure({'node.signer_key': `http://127.0.0.1:${port}`});
    const checks = await sick.checks('signer');
    expect(checks['signer.upcheck']?.state).toBe('fail');
    expect(Object.values(checks).some(({state}) => state === 'unknown')).toBe(false);
  });
});

describe('chain', () => {
  it('of another id', async () => {
    const sick = patient();
    sick.configure({'chain.chain_rpc_url': await chainServer(1, Date.now())});
    expect(await sick.checks('chain', 'registry')).toMatchObject({
      'chain.rpc': {
        state: 'fail',
        found: expect.stringContaining('serves chain 1, the configuration says 31337') as string,
      },
      'chain.gas': {state: 'skipped', because: 'chain.rpc'},
      'registry.avs': {state: 'skipped', because: 'chain.rpc'},
    });
  });

  it('away, one of several away, and without contracts', async () => {
    const sick = patient();
    expect((await sick.checks('chain.rpc'))['chain.rpc']?.state).toBe('fail');
    const url = await chainServer(31337, Date.now());
    sick.configure({}, `#\n`);
    const {where} = sick;
    Object.assign(where.env, {AOS_CHAIN_RPC_URLS: url});
    const checks = await sick.checks('chain.rpc', 'chain.contracts');
    expect(checks['chain.rpc']).toMatchObject({
      state: 'warn',
      found: expect.stringContaining('chain 31337, block 16') as string,
    });
    expect(checks['chain.contracts']?.state).toBe('fail');
  });

  it('that allows no more requests is named as such, not as one that gives no answer', async () => {
    const busy = await startProvider('http://127.0.0.1:1', {kind: 'rate', most: 0});
    onTestFinished(() => busy.close());
    const sick = patient({timeoutMs: 1_000});
    sick.configure({'chain.chain_rpc_url': busy.url});
    expect((await sick.checks('chain.rpc'))['chain.rpc']).toMatchObject({
      state: 'unknown',
      found: expect.stringContaining('too many requests') as string,
    });
  });

  it('that wants longer pauses than a silent one is waited for answers in the end', async () => {
    const chain = await chainServer(31337, Date.now());
    const slow = await startProvider(chain, {kind: 'rate', most: 1, windowMs: 3_000});
    onTestFinished(() => slow.close());
    const sick = patient();
    sick.configure({'chain.chain_rpc_url': slow.url});
    expect((await sick.checks('chain.rpc'))['chain.rpc']).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('chain 31337') as string,
    });
    expect(slow.refused()).toBeGreaterThan(0);
  });

  it('is waited for as long as --timeout says, and is named within it', async () => {
    const silent = `127.0.0.1:${await tcpServer(() => {})}`;
    const sick = patient({timeoutMs: 1_000});
    sick.configure({'chain.chain_rpc_url': `http://${silent}`, 'net.dispatcher_url': silent});
    const checks = await sick.checks('chain.rpc', 'dispatcher.websocket', 'clock.offset');
    for (const id of ['chain.rpc', 'dispatcher.websocket', 'clock.offset'] as const)
      expect(checks[id]).toMatchObject({
        state: 'unknown',
        found: expect.stringContaining('gave no answer within 0.8 s') as string,
      });
  });

  it.each([
    [10, 'ok'],
    [300, 'warn'],
    [3_600, 'fail'],
  ])('whose latest block is %d s old is %s', async (seconds, state) => {
    const sick = patient();
    const url = await chainServer(1, Date.now() - seconds * 1000);
    sick.configure({network: 'mainnet', 'chain.chain_rpc_url': url});
    expect(await sick.checks('chain.fresh')).toMatchObject({'chain.fresh': {state}});
  });
});

describe('a peer that takes connections and says nothing', () => {
  it('keeps nobody from what the others say, and is named', async () => {
    const silent = `127.0.0.1:${await tcpServer(() => {})}`;
    const url = await chainServer(31337, Date.now());
    const sick = patient();
    sick.configure({
      'chain.chain_rpc_url': `http://${silent}`,
      'net.dispatcher_url': silent,
      'workers.opml.url': `http://${silent}`,
    });
    Object.assign(sick.where.env, {AOS_CHAIN_RPC_URLS: url});
    const checks = await sick.checks('chain.rpc', 'clock', 'workers.opml', 'dispatcher');
    expect(checks).toMatchObject({
      'chain.rpc': {state: 'warn', found: expect.stringContaining(`${silent} gave no answer`) as string},
      'clock.offset': {state: 'ok'},
    });
    for (const id of ['workers.opml', 'dispatcher.websocket', 'dispatcher.knows_us'] as const)
      expect(checks[id]).toMatchObject({
        state: 'unknown',
        found: expect.stringContaining(`${silent} gave no answer within`) as string,
        next: {say: expect.any(String) as string},
      });
  });
});

describe('clock', () => {
  const dated =
    (offsetMs: number): RequestListener =>
    (_request, response) => {
      response.sendDate = false;
      response.setHeader('date', new Date(Date.now() - offsetMs).toUTCString());
      response.end('OK');
    };

  it.each([
    [0, 'ok', /accurate to \d+ ms/],
    [1_400, 'warn', /ms ahead/],
    [-5_000, 'fail', /ms behind/],
  ])('is compared with the Date of the others: %d ms off is %s', async (offsetMs, state, told) => {
    const sick = patient();
    sick.configure({'node.signer_key': await httpServer(dated(offsetMs))});
    const check = (await sick.checks('clock.offset'))['clock.offset'];
    expect(check).toMatchObject({state, found: expect.stringMatching(told) as string});
  });

  it('follows most of the sources, not the one that lies', async () => {
    const sick = patient();
    const url = await httpServer(dated(30_000));
    const rpc = await chainServer(31337, 0);
    sick.configure({
      'node.signer_key': url,
      'chain.chain_rpc_url': rpc,
      'net.dispatcher_url': new URL(await httpServer(dated(0))).host,
    });
    expect(await sick.checks('clock.offset')).toMatchObject({'clock.offset': {state: 'ok'}});
  });

  it('is never read off the blocks of a development chain, and is unknown without anybody to ask', async () => {
    const sick = patient();
    const noDate = await chainServer(31337, Date.now() + 86_400_000, (response) => {
      response.sendDate = false;
    });
    sick.configure({'chain.chain_rpc_url': noDate});
    expect(await sick.checks('clock.offset')).toMatchObject({
      'clock.offset': {
        state: 'unknown',
        found: expect.stringContaining('chain 31337 are no clock') as string,
      },
    });
  });

  it('is behind when the latest block of a real chain is from the future', async () => {
    const sick = patient();
    const url = await chainServer(1, Date.now() + 600_000, (response) => {
      response.sendDate = false;
    });
    sick.configure({network: 'mainnet', 'chain.chain_rpc_url': url});
    expect(await sick.checks('clock.offset')).toMatchObject({
      'clock.offset': {state: 'fail', found: expect.stringContaining('behind') as string},
    });
  });
});

describe('dispatcher', () => {
  it('takes a connection, or not', async () => {
    const server = new WebSocketServer({port: 0, host: '127.0.0.1'});
    onTestFinished(() => server.close());
    await once(server, 'listening');
    const frames: unknown[] = [];
    server.on('connection', (socket) => socket.on('message', (data) => frames.push(data)));
    const sick = patient();
    sick.configure({'net.dispatcher_url': `127.0.0.1:${(server.address() as AddressInfo).port}`});
    expect(await sick.checks('dispatcher')).toMatchObject({
      'dispatcher.websocket': {state: 'ok'},
      'dispatcher.identity': {state: 'ok'},
      'dispatcher.knows_us': {state: 'unknown'},
    });
    expect(frames).toEqual([]);

    const url = new URL(await httpServer((_request, response) => response.writeHead(404).end()));
    sick.configure({'net.dispatcher_url': url.host, 'node.dispatcher_address': null});
    expect(await sick.checks('dispatcher')).toMatchObject({
      'dispatcher.websocket': {state: 'fail', found: expect.stringContaining('404') as string},
      'dispatcher.identity': {state: 'warn'},
    });
  });

  it.each([
    [NODE_ID, `the newest job is signed by ${NODE_ID}`, `node.dispatcher_address: ${NODE_ID}`],
    [null, 'the dispatcher does not sign its jobs', 'a version that signs'],
  ])('whose newest job is signed by %s is known by it', async (signer, found, next) => {
    const sick = patient();
    sick.configure({'node.dispatcher_address': null});
    const journal = await openJournal({dir: join(sick.dir, 'state'), clockId: 1n});
    await journal.receive(newJob('a job', {signer}));
    await journal.close();
    expect(await sick.checks('dispatcher.identity')).toMatchObject({
      'dispatcher.identity': {
        state: 'warn',
        found: expect.stringContaining(found) as string,
        next: {say: expect.stringContaining(next) as string},
      },
    });
  });

  it('that accepts and is silent is unknown', async () => {
    const port = await tcpServer(() => {});
    const sick = patient();
    sick.configure({'net.dispatcher_url': `127.0.0.1:${port}`});
    expect(await sick.checks('dispatcher.websocket')).toMatchObject({
      'dispatcher.websocket': {state: 'unknown', found: `127.0.0.1:${port} gave no answer within 2.5 s`},
    });
  });

  it('that refuses is refused with its words, never unreachable', async () => {
    const server = new WebSocketServer({port: 0, host: '127.0.0.1'});
    onTestFinished(() => server.close());
    await once(server, 'listening');
    server.on('connection', (socket) => socket.close(4003, 'minimum version is 0.9'));
    const sick = patient();
    sick.configure({'net.dispatcher_url': `127.0.0.1:${(server.address() as AddressInfo).port}`});
    const closed = await sick.checks('dispatcher.websocket');
    expect(closed['dispatcher.websocket']).toMatchObject({state: 'fail', next: {run: {command: 'register'}}});
    expect(closed['dispatcher.websocket']?.found).toContain('4003 minimum version is 0.9');
    expect(closed['dispatcher.websocket']?.found).toContain('DISPATCHER_REFUSED');

    const url = await httpServer((_request, response) =>
      response.writeHead(401, {'content-type': 'text/plain'}).end('not on the list'),
    );
    sick.configure({'net.dispatcher_url': new URL(url).host});
    const upgraded = await sick.checks('dispatcher.websocket');
    expect(upgraded['dispatcher.websocket']?.found).toContain(
      'HTTP 401 instead of a WebSocket: not on the list',
    );
  });

  it.each([
    ['null', 'warn', 'does not know node_id'],
    [
      JSON.stringify({address: NODE_ID.toLowerCase(), start: '0', end: '60000', status: ''}),
      'ok',
      'range 0–60000',
    ],
  ])('that answers %s about us', async (result, state, told) => {
    const url = await httpServer((_request, response) => response.end(`{"code":200,"result":${result}}`));
    const sick = patient();
    sick.configure({'net.dispatcher_url': new URL(url).host});
    expect(await sick.checks('dispatcher.knows_us')).toMatchObject({
      'dispatcher.knows_us': {state, found: expect.stringContaining(told) as string},
    });
  });

  it.each<[RequestListener, RegExp, RegExp]>([
    [
      (_request, response) => response.writeHead(404).end(),
      /its HTTP API was not found at .*HTTP 404: Not Found/,
      /^Ask the operator of the dispatcher for it, then/,
    ],
    [
      (request) => request.socket.destroy(),
      /closed the connection without an answer \(DISPATCHER_FAILED\)$/,
      /^The address is right/,
    ],
    [
      (_request, response) => response.end('{"code":500,"message":""}'),
      /code 500 without a message \(DISPATCHER_FAILED\)$/,
      /^Its database does not answer/,
    ],
    [() => {}, /gave no answer within 2\.5 s$/, /^Try again in a minute: while the dispatcher registers/],
  ])('%# whose HTTP API fails is unknown, with what it said', async (listener, found, next) => {
    const sick = patient();
    sick.configure({'net.dispatcher_url': new URL(await httpServer(listener)).host});
    const {'dispatcher.knows_us': check} = await sick.checks('dispatcher.knows_us');
    expect(check?.state).toBe('unknown');
    expect(check?.found).toMatch(found);
    expect(check?.next?.say).toMatch(next);
  });
});

describe('ping', () => {
  it('without an operator finds who else is on its port', async () => {
    const sick = patient();
    const port = await freePort();
    sick.configure({'net.rest_url': `127.0.0.1:${port}`});
    expect(await sick.checks('ping')).toMatchObject({
      'ping.operator': {state: 'warn', next: run('run')},
      'ping.local': {state: 'skipped', because: 'ping.operator'},
      'ping.outside': {state: 'skipped', because: 'ping.operator'},
    });
    const url = new URL(await httpServer((_request, response) => response.end('other')));
    sick.configure({'net.rest_url': url.host});
    expect(await sick.checks('ping.local')).toMatchObject({'ping.local': {state: 'warn'}});
  });

  it.each([
    [null, 'warn'],
    ['http://127.0.0.1:21001', 'fail'],
    ['http://10.1.2.3:21001', 'warn'],
    ['http://203.0.113.7:21001', 'ok'],
    ['https://node.example.org', 'ok'],
  ])('net.outer_url %s is %s on a real network', async (url, state) => {
    const sick = patient();
    sick.configure({network: 'mainnet', 'net.outer_url': url, 'net.rest_url': '0.0.0.0:21001'});
    expect(await sick.checks('ping.outer_url')).toMatchObject({'ping.outer_url': {state}});
  });

  it('shows the last probe that came in', async () => {
    const sick = patient();
    const journal = await openJournal({dir: join(sick.dir, 'state'), clockId: 1n});
    const now = Date.now();
    await journal.liveness.put({id: 1, kind: 'probed', start: now - 60_000, end: now - 500, count: 7});
    await journal.close();
    const check = (await sick.checks('ping.outside'))['ping.outside'];
    expect(check).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/last asked \d+ s ago/) as string,
    });
  });
});

describe('alerts', () => {
  it('whose webhook answers, is away, or is not set', async () => {
    const worker = await testWorker();
    const sick = patient();
    expect(await sick.checks('alerts')).toMatchObject({'alerts.webhook': {state: 'skipped', because: null}});
    sick.configure({'alerts.webhook_url': `${worker.url}/T0/the-secret`});
    expect(await sick.checks('alerts')).toMatchObject({'alerts.webhook': {state: 'ok'}});
    sick.configure({'alerts.webhook_url': 'http://127.0.0.1:1/T0/the-secret'});
    const away = await sick.checks('alerts');
    expect(away).toMatchObject({
      'alerts.webhook': {
        state: 'fail',
        found: expect.stringContaining('http://127.0.0.1:1 ') as string,
        next: run('alert test', [], 'Correct alerts.webhook_url, then'),
      },
    });
    expect(JSON.stringify(away)).not.toContain('the-secret');
  });
});

describe('an engine as opml worker', () => {
  const engine = {
    'workers.opml.engine': 'openai',
    'workers.opml.api': 'chat',
    'workers.opml.models': 'llama-2-7b=llama3.2:1b',
  };

  it('is named, with the warning that it may answer otherwise than the network’s', async () => {
    const server = await engineServer(engineFixture('ollama'));
    const sick = patient();
    sick.configure({...engine, 'workers.opml.url': server.url});
    expect(await sick.checks('workers.opml')).toMatchObject({
      'workers.opml': {
        state: 'warn',
        found: expect.stringMatching(
          / is Ollama 0.12.3 with llama3.2:1b .*incorrect inference result/,
        ) as string,
      },
    });
  });

  it('that does not have the model fails with what it lists', async () => {
    const server = await engineServer(engineFixture('vllm'));
    const sick = patient();
    sick.configure({...engine, 'workers.opml.url': server.url});
    expect(await sick.checks('workers.opml')).toMatchObject({
      'workers.opml': {
        state: 'fail',
        found: expect.stringContaining('does not list "llama3.2:1b"') as string,
      },
    });
  });
});

describe('workers', () => {
  it.each([
    ['{"msg":"0"}', 'ok', 'is idle'],
    ['{"msg":"1"}', 'ok', 'not idle'],
    ['hang-up', 'fail', 'WORKER_UNREACHABLE'],
  ])('whose status is %s', async (status, state, told) => {
    const worker = await testWorker();
    worker.status = status;
    const sick = patient();
    sick.configure({'workers.opml.url': worker.url});
    expect(await sick.checks('workers')).toMatchObject({
      'workers.opml': {state, found: expect.stringContaining(told) as string},
      'workers.tee': {state: 'skipped', because: null},
    });
  });

  it('of which one is away is a warning, and all of them are a failure', async () => {
    const worker = await testWorker();
    const sick = patient();
    const away = 'http://127.0.0.1:1';
    sick.configure({'workers.opml.url': null, 'workers.opml.urls': `${worker.url}, ${away}`});
    expect(await sick.checks('workers.opml')).toMatchObject({
      'workers.opml': {
        state: 'warn',
        found: expect.stringMatching(
          /is idle and takes requests; .*127\.0\.0\.1:1.*WORKER_UNREACHABLE/,
        ) as string,
      },
    });
    sick.configure({'workers.opml.url': null, 'workers.opml.urls': `${away}, http://127.0.0.1:2`});
    expect(await sick.checks('workers.opml')).toMatchObject({'workers.opml': {state: 'fail'}});
  });

  it('of which the operator that runs knows that one is locked', async () => {
    const worker = await testWorker();
    const sick = patient();
    sick.configure({'workers.opml.url': worker.url});
    const {env, uid} = sick.where;
    const [dir = ''] = controlDirs(env, uid);
    const hello = {version: '0.1.0', nodeId: NODE_ID, network: 'devnet', host: 'here', pid: 1};
    const control = await startControl({dir, file: controlFile('devnet', NODE_ID), hello, time: systemTime});
    onTestFinished(() => control.close());
    const event = eventLog();
    control.publish(event(STARTED));
    const next = say('Restart the worker.');
    const problem = {
      type: 'problem',
      part: 'worker',
      code: 'WORKER_LOCKED',
      message: 'it answers none',
    } as const;
    control.publish(event({...problem, next}));
    expect(await sick.checks('workers.opml')).toMatchObject({
      'workers.opml': {state: 'fail', found: 'it answers none (WORKER_LOCKED)', next},
    });
  });

  it('that answer their status by POST alone', async () => {
    const url = await httpServer((request, response) => {
      if (request.method === 'GET') response.writeHead(404).end('404 page not found');
      else response.end('{"code":0,"msg":"","data":"{\\"status\\":0,\\"node_id\\":\\"n\\"}"}');
    });
    const sick = patient();
    sick.configure({'workers.opml.url': url});
    expect(await sick.checks('workers.opml')).toMatchObject({
      'workers.opml': {state: 'ok', found: `${new URL(url).host} is well and takes one request at a time`},
    });
  });

  it.each<[TeeFault, string, string]>([
    [
      null,
      'warn',
      'is well and takes one request at a time; attestations are recorded and not checked: no root',
    ],
    ['busy', 'warn', 'one that stays so while no job is open has to be restarted'],
  ])('of the kind tee with %s', async (fault, state, told) => {
    const worker = await testTee(1, systemTime);
    worker.fault = fault;
    const sick = patient();
    sick.configure({'workers.tee.url': worker.url});
    const checks = await sick.checks('workers');
    expect(checks['workers.tee']).toMatchObject({state, found: expect.stringContaining(told) as string});
    expect(checks['workers.callback']?.found).toContain('those of tee workers at 127.0.0.1:21001');
  });

  const good = {
    'workers.zkml.known_good.model': KNOWN_GOOD.model,
    'workers.zkml.known_good.proof_path': KNOWN_GOOD.proofPath,
  };

  it.each<[ZkmlFault, object, string, string]>([
    [null, good, 'ok', 'says true to the proof that is known to be good'],
    [null, {}, 'warn', 'so no false is sent'],
    ['no-srs', good, 'fail', 'WORKER_UNSOUND'],
    ['no-model', good, 'warn', 'Model directory does not exist'],
  ])('of the kind zkml with %s and %j', async (fault, known, state, told) => {
    const worker = await testZkml(systemTime);
    worker.fault = fault;
    const sick = patient();
    sick.configure({'workers.zkml.url': worker.url, ...known});
    expect(await sick.checks('workers.zkml')).toMatchObject({
      'workers.zkml': {state, found: expect.stringContaining(told) as string},
    });
  });

  it('that cannot bring their answers back', async () => {
    const sick = patient();
    sick.configure({'net.callback_url': 'http://10.0.0.5:21001'});
    expect(await sick.checks('workers.callback')).toMatchObject({'workers.callback': {state: 'warn'}});
  });
});
