import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {checkSigner} from '../../../../src/lib/features/signer/check.ts';
import {httpPlace} from '../../../../src/lib/features/doctor/http.ts';
import {changePart} from '../../../../src/lib/features/devnet/control.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {deadline, systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {connectControl} from '../../../../src/lib/node/control/client.ts';
import {createBlockReader} from '../../../../src/lib/peers/chain/block-reader.ts';
import {createLogRpc} from '../../../../src/lib/peers/chain/log-rpc.ts';
import {openChain} from '../../../../src/lib/peers/chain/open.ts';
import {createRangeReader} from '../../../../src/lib/peers/chain/range.ts';
import {createConnection} from '../../../../src/lib/peers/dispatcher/connection.ts';
import {probeWebSocket} from '../../../../src/lib/peers/dispatcher/probe.ts';
import {createDispatcherRest} from '../../../../src/lib/peers/dispatcher/rest.ts';
import {networkCode} from '../../../../src/lib/peers/http/network-code.ts';
import {createTransport} from '../../../../src/lib/peers/http/transport.ts';
import {createWeb3Signer} from '../../../../src/lib/peers/signer/web3signer.ts';
import {createWebhook} from '../../../../src/lib/peers/alert/webhook.ts';
import {createOpmlClient} from '../../../../src/lib/peers/worker/opml.ts';
import {slowPeer, SLOWNESSES, type Slowness, type SlowPeer} from '../../../support/slow-peers.ts';
import {OPERATOR, tcpServer} from '../../../support/signer.ts';

/** The limit of every exchange here. */
const LIMIT_MS = 150;
const never = new AbortController().signal;
const opmlLimits = {statusMs: LIMIT_MS, requestMs: LIMIT_MS};
const question = {
  requestId: '1',
  nodeId: OPERATOR,
  model: 'm',
  params: new Map(),
  callbackUrl: 'http://127.0.0.1:1',
  replied: () => Promise.resolve(),
};
/** More than the buffers of a connection take. */
const LARGE = 'x'.repeat(4 * 1024 * 1024);

type Exchange = {
  /** Returns how the exchange ended. */
  ends: (peer: SlowPeer) => Promise<string>;
  code: string;
  /** What cannot be so with this exchange. */
  except?: readonly Slowness[];
  /** It is tried with these alone. */
  only?: readonly Slowness[];
};

async function codeOf(exchange: Promise<unknown>): Promise<string> {
  try {
    await exchange;
    return 'none';
  } catch (error) {
    return isAosError(error) ? error.code : error instanceof Error ? error.name : String(error);
  }
}

async function closing<T extends {close(): Promise<void>}>(
  client: T,
  use: (client: T) => Promise<unknown>,
): Promise<string> {
  const code = await codeOf(use(client));
  await client.close();
  return code;
}

const signerOf = ({url}: SlowPeer) => createWeb3Signer({url, address: OPERATOR, timeoutMs: LIMIT_MS});

/** The connection to the dispatcher; resolves with why the first socket ended. */
async function handshake({host}: SlowPeer): Promise<string> {
  const end = new AbortController();
  const ended = new Promise<string>((resolve) => {
    const connection = createConnection({
      url: `ws://${host}/ws`,
      pingIntervalMs: 10_000,
      time: systemTime,
      random: Math.random,
      handshakeTimeoutMs: LIMIT_MS,
    });
    void connection.run(
      {
        onOpen: () => resolve('open'),
        onFrame: () => undefined,
        onPing: () => undefined,
        onClose: (reason) => resolve(reason),
      },
      end.signal,
    );
  });
  return ended.finally(() => end.abort(new Error('over')));
}

const within = (work: (signal: AbortSignal) => Promise<unknown>): Promise<string> => {
  const limit = deadline(never, LIMIT_MS);
  return codeOf(work(limit.signal)).finally(limit.done);
};

const EXCHANGES: Record<string, Exchange> = {
  'a signature': {
    ends: (peer) => closing(signerOf(peer), (signer) => signer.sign(Buffer.from('AOS'))),
    code: 'SIGNER_UNREACHABLE',
  },
  'a signature over a large message': {
    ends: (peer) => closing(signerOf(peer), (signer) => signer.sign(Buffer.from(LARGE))),
    code: 'SIGNER_UNREACHABLE',
    only: ['never reads', 'drips its headers'],
  },
  'the accounts of a signer': {
    ends: (peer) => closing(signerOf(peer), (signer) => signer.accounts()),
    code: 'SIGNER_UNREACHABLE',
  },
  'the status of a worker': {
    ends: ({url}) => closing(createOpmlClient(url, opmlLimits), (worker) => worker.status(never)),
    code: 'WORKER_UNREACHABLE',
  },
  'a request to a worker': {
    ends: ({url}) =>
      closing(createOpmlClient(url, opmlLimits), (worker) => worker.ask({...question, prompt: 'p'}, never)),
    code: 'WORKER_LOST',
  },
  'a large request to a worker': {
    ends: ({url}) =>
      closing(createOpmlClient(url, opmlLimits), (worker) => worker.ask({...question, prompt: LARGE}, never)),
    code: 'WORKER_LOST',
    only: ['never reads', 'drips its headers'],
  },
  'the REST of the dispatcher': {
    ends: ({url}) => codeOf(createDispatcherRest(url, {timeoutMs: LIMIT_MS}).jobResults('1', never)),
    code: 'DISPATCHER_TIMEOUT',
  },
  'an alert': {
    ends: ({url}) =>
      closing(
        createWebhook(url, {
          time: {...systemTime, sleep: () => Promise.resolve()},
          random: () => 0.5,
          timeoutMs: LIMIT_MS,
        }),
        (webhook) => webhook.post({}, never),
      ),
    code: 'ALERT_UNREACHABLE',
  },
  'opening the chain': {
    ends: ({url}) => codeOf(openChain({rpcUrls: [url], chainId: null, timeoutMs: LIMIT_MS, signal: never})),
    code: 'CHAIN_UNREACHABLE',
  },
  'the newest block': {
    ends: ({url}) => codeOf(createBlockReader({rpcUrls: [url], timeoutMs: LIMIT_MS}).newest(never)),
    code: 'CHAIN_UNREACHABLE',
  },
  'the sampling range': {
    ends: ({url}) =>
      codeOf(
        createRangeReader({
          rpcUrls: [url],
          contract: OPERATOR,
          nodeId: OPERATOR,
          chainId: null,
          timeoutMs: LIMIT_MS,
        }).read(never),
      ),
    code: 'CHAIN_UNREACHABLE',
  },
  logs: {
    async ends({url, host}) {
      const read = createLogRpc({url, endpoint: host, timeoutMs: LIMIT_MS});
      const answer = await read({address: OPERATOR, topics: []}, {from: 1, to: 2}, never);
      return answer.ok ? 'read' : answer.timedOut ? 'timed out' : 'failed';
    },
    code: 'timed out',
  },
  'a doctor’s look at the clock of a peer': {
    ends: ({url}) => {
      const place = httpPlace(url, systemTime.now);
      return within((signal) => place.request(signal)).finally(() => place.close());
    },
    code: 'TimeoutError',
  },
  'a doctor’s look at the dispatcher': {
    ends: ({host}) => within((signal) => probeWebSocket(`ws://${host}/ws`, {time: systemTime, signal})),
    code: 'TimeoutError',
    // It refuses, in words that take too long.
    except: ['drips its body', 'drips chunks', 'drips the extension of a chunk', 'drips an error'],
  },
  'the opening of the WebSocket': {
    ends: handshake,
    code: 'Opening handshake has timed out',
    except: ['drips its body', 'drips chunks', 'drips the extension of a chunk', 'drips an error'],
  },
};

describe.each(Object.entries(EXCHANGES))('%s', (_name, {ends, code, except = [], only = SLOWNESSES}) => {
  it('ends at its limit with whatever peer keeps it, and its connections are cut', async () => {
    const kinds = only.filter((how) => !except.includes(how));
    const found = await Promise.all(
      kinds.map(async (how) => {
        const peer = await slowPeer(how);
        const end = await ends(peer);
        await peer.left();
        return [how, end, peer.connections() > 0] as const;
      }),
    );
    expect(found).toEqual(kinds.map((how) => [how, code, true]));
  });
});

describe('a check of the signer', () => {
  it('ends each step at its limit, and fails', async () => {
    const found = await Promise.all(
      SLOWNESSES.map(async (how) => {
        const {url} = await slowPeer(how);
        const options = {address: OPERATOR, chainId: null, time: systemTime, limitMs: LIMIT_MS};
        const {verdict, steps} = await checkSigner({url, localAddresses: [], ...options});
        return [verdict, steps.find(({id}) => id === 'signer.upcheck')?.state];
      }),
    );
    expect(found).toEqual(SLOWNESSES.map(() => ['fail', 'fail']));
  });
});

describe('over a Unix socket', () => {
  const socketPath = (): string => {
    const dir = mkdtempSync(path.join(tmpdir(), 'aos-slow-'));
    onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
    return path.join(dir, 's');
  };

  it.each(SLOWNESSES)('a part of the devnet that %s ends at its limit', async (how) => {
    const at = socketPath();
    const peer = await slowPeer(how, at);
    await expect(changePart(at, 'stop', 'signer', LIMIT_MS)).rejects.toMatchObject({
      code: 'DEVNET_NOT_RUNNING',
    });
    await peer.left();
  });

  it('the hello of an operator that says nothing, or too slowly, ends at its limit', async () => {
    const at = socketPath();
    const peer = await slowPeer('accepts and says nothing', at);
    const connecting = connectControl(at, {timeoutMs: LIMIT_MS, time: systemTime});
    await expect(connecting).rejects.toMatchObject({code: 'CONTROL_BROKEN'});
    await peer.left();
  });
});

describe('TLS', () => {
  it('a handshake that drips ends every exchange at its limit', async () => {
    const port = await tcpServer((socket) => {
      // A record of a handshake that is announced with 16 KB.
      socket.write(Buffer.from([22, 3, 3, 64, 0]));
      const timer = setInterval(() => socket.write(Buffer.from([2])), 5);
      socket.once('close', () => clearInterval(timer));
    });
    const host = `127.0.0.1:${port}`;
    const peer: SlowPeer = {
      host,
      url: `https://${host}`,
      connections: () => 0,
      left: () => Promise.resolve(),
    };
    const ended = async (name: keyof typeof EXCHANGES): Promise<string | undefined> =>
      EXCHANGES[name]?.ends(peer);
    const wanted = {
      'a signature': 'SIGNER_UNREACHABLE',
      'the status of a worker': 'WORKER_UNREACHABLE',
      'a request to a worker': 'WORKER_UNREACHABLE', // it has nothing of it
      'the REST of the dispatcher': 'DISPATCHER_UNREACHABLE',
      'an alert': 'ALERT_UNREACHABLE',
      'opening the chain': 'CHAIN_UNREACHABLE',
      'the newest block': 'CHAIN_UNREACHABLE',
      logs: 'timed out',
      'a doctor’s look at the clock of a peer': 'TimeoutError',
    };
    const found = await Promise.all(
      Object.keys(wanted).map(async (name) => [name, await ended(name)] as const),
    );
    expect(Object.fromEntries(found)).toEqual(wanted);
  });
});

describe('a transport whose peer was slow', () => {
  it('serves the requests that follow, on new connections', async () => {
    let isSlow = true;
    const server = createServer((_request, response) => {
      if (!isSlow) return void response.end('well');
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 5);
      response.once('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const {port} = server.address() as AddressInfo;
    const transport = createTransport(
      `http://127.0.0.1:${port}`,
      {timeoutMs: LIMIT_MS, connections: 4},
      (error) => error as Error,
    );
    onTestFinished(() => transport.close());
    const get = {method: 'GET', path: '/', headers: {}, body: null} as const;
    const codes = await Promise.all(
      Array.from({length: 8}, () => transport.request(get).catch((error: unknown) => networkCode(error))),
    );
    // Four have a connection. The others wait for one no longer than an exchange may take, and may get one just then.
    expect(codes.slice(0, 4)).toEqual(Array.from({length: 4}, () => 'UND_ERR_BODY_TIMEOUT'));
    for (const code of codes.slice(4)) expect(['CONNECTIONS_IN_USE', 'UND_ERR_BODY_TIMEOUT']).toContain(code);
    isSlow = false;
    expect(await Promise.all(Array.from({length: 8}, () => transport.request(get)))).toEqual(
      Array.from({length: 8}, () => ({status: 200, contentType: '', body: 'well'})),
    );
  });
});
