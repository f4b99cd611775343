import {createServer as createTlsServer, type Server} from 'node:https';
import {connect, type AddressInfo, type Socket} from 'node:net';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {isAosError, type AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {createConnection} from '../../../../src/lib/peers/dispatcher/connection.ts';
import {probeWebSocket} from '../../../../src/lib/peers/dispatcher/probe.ts';
import {createDispatcherRest} from '../../../../src/lib/peers/dispatcher/rest.ts';
import {createSchemeLook} from '../../../../src/lib/peers/http/other-scheme.ts';
import {DRIVERS} from '../../../../src/lib/peers/worker/workers.ts';
import {PATIENT} from '../../../support/patient.ts';
import {client, httpServer, OPERATOR, pem, tcpServer} from '../../../support/signer.ts';
import {fastTime} from '../../../support/virtual-time.ts';

const never = new AbortController().signal;
const LIMITS = {answerTimeoutMs: 60_000, knownGood: null};

type Port = {host: string; /** Those that the server saw the end of. */ handshakes: number};

async function tlsPort(): Promise<Port> {
  const keys = {cert: pem('other'), key: pem('other-key')};
  const server: Server = createTlsServer(keys, (_request, response) => {
    response.writeHead(400).end('not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = {host: `127.0.0.1:${(server.address() as AddressInfo).port}`, handshakes: 0};
  server.on('secureConnection', () => (port.handshakes += 1));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return port;
}

/** A TLS port that answers a plain request in plain text, as nginx and Go do. */
async function politePort(): Promise<Port> {
  const behind = await tlsPort();
  const {port: inner} = new URL(`https://${behind.host}`);
  const page = '<h1>400</h1><p>The plain HTTP request was sent to HTTPS port</p>';
  const port = await tcpServer((socket: Socket) => {
    socket.once('data', (first: Buffer) => {
      if (first[0] !== 0x16) {
        const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n`;
        socket.end(`${head}Connection: close\r\n\r\n${page}`);
        return;
      }
      const to = connect(Number(inner), '127.0.0.1');
      to.on('error', () => socket.destroy());
      to.write(first);
      socket.pipe(to).pipe(socket);
    });
  });
  return Object.assign(behind, {host: `127.0.0.1:${port}`});
}

const plainPort = async (): Promise<Port> => ({
  host: new URL(await httpServer((_request, response) => response.writeHead(404).end())).host,
  handshakes: 0,
});

async function failed(work: Promise<unknown>): Promise<AosError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!isAosError(error)) throw new Error('it did not fail', {cause: error});
  return error;
}

const ofTls = (host: string, scheme: string): string =>
  `${host} speaks TLS on this port, and the URL says ${scheme}://`;
const ofPlain = (host: string, scheme: string): string =>
  `${host} speaks no TLS on this port, and the URL says ${scheme}://`;

type Closed = {reason: string; refusal: unknown; say: string | undefined};

/** The ends of the first sockets to a URL. */
async function ends(url: string, count: number): Promise<Closed[]> {
  const connection = createConnection({
    url,
    pingIntervalMs: 10_000,
    time: fastTime(1),
    random: () => 0.5,
    backoff: {firstMs: 5, capMs: 5},
    handshakeTimeoutMs: 60_000,
  });
  const stop = new AbortController();
  const closed: Closed[] = [];
  const running = connection.run(
    {
      onOpen: () => undefined,
      onFrame: () => undefined,
      onPing: () => undefined,
      onClose: (reason, _retryInMs, refusal, next) => closed.push({reason, refusal, say: next?.say}),
    },
    stop.signal,
  );
  await vi.waitFor(() => expect(closed.length).toBeGreaterThanOrEqual(count), PATIENT);
  stop.abort(new Error('over'));
  await running;
  return closed.slice(0, count);
}

describe.each([
  ['one that hangs up', tlsPort],
  ['one that says so in plain text', politePort],
])('a plain scheme on a TLS port, %s', (_name, open) => {
  it('is named by the connection to the dispatcher, after one look at most', async () => {
    const port = await open();
    const found = await ends(`ws://${port.host}/ws`, 3);
    const end = {
      reason: ofTls(port.host, 'ws'),
      refusal: null,
      say: `Write wss://${port.host} instead of ws://${port.host} in net.dispatcher_url.`,
    };
    expect(found).toEqual([end, end, end]);
    expect(port.handshakes).toBeLessThanOrEqual(1);
  });

  it('is named by the probe of the dispatcher', async () => {
    const {host} = await open();
    const probe = probeWebSocket(`ws://${host}/ws`, {time: systemTime, signal: never});
    expect(await failed(probe)).toMatchObject({
      code: 'DISPATCHER_UNREACHABLE',
      message: ofTls(host, 'ws'),
      next: {say: `Write wss://${host} instead of ws://${host} in net.dispatcher_url.`},
      details: {rightUrl: `wss://${host}`},
    });
  });

  it('is named by its HTTP API', async () => {
    const {host} = await open();
    expect(await failed(createDispatcherRest(`http://${host}`).operatorInfo(OPERATOR, never))).toMatchObject({
      code: 'DISPATCHER_UNREACHABLE',
      message: ofTls(host, 'http'),
      next: {
        say: `Write wss://${host} instead of ws://${host} in net.dispatcher_url; with --dispatcher, https://${host}.`,
      },
    });
  });

  it('is named by the signer', async () => {
    const {host} = await open();
    const error = await failed(client(`http://${host}`).sign(Buffer.from('AOS')));
    expect(error).toMatchObject({code: 'SIGNER_UNREACHABLE', message: ofTls(host, 'http')});
    expect(error.next.say).toBe(`Write https://${host} instead of http://${host} in signer_key.`);
  });

  it.each(['opml', 'tee', 'zkml'] as const)(
    'is named by a worker of kind %s, after one look',
    async (kind) => {
      const port = await open();
      const worker = DRIVERS[kind].createClient(`http://${port.host}`, LIMITS);
      onTestFinished(() => worker.close());
      for (let look = 0; look < 3; look += 1)
        expect(await failed(worker.status(never))).toMatchObject({
          code: 'WORKER_UNREACHABLE',
          message: `${kind} worker ${ofTls(port.host, 'http')}`,
          next: {say: `Write https://${port.host} instead of http://${port.host} in workers.${kind}.`},
        });
      expect(port.handshakes).toBeLessThanOrEqual(1);
    },
  );
});

describe('a TLS scheme on a plain port', () => {
  it('is named by the connection to the dispatcher', async () => {
    const {host} = await plainPort();
    expect(await ends(`wss://${host}/ws`, 2)).toEqual(
      Array.from({length: 2}, () => ({
        reason: ofPlain(host, 'wss'),
        refusal: null,
        say: `Write ws://${host} instead of wss://${host} in net.dispatcher_url.`,
      })),
    );
  });

  it('is named by the probe of the dispatcher and by its HTTP API', async () => {
    const {host} = await plainPort();
    const probe = probeWebSocket(`wss://${host}/ws`, {time: systemTime, signal: never});
    expect((await failed(probe)).message).toBe(ofPlain(host, 'wss'));
    const {message, next} = await failed(
      createDispatcherRest(`https://${host}`).operatorInfo(OPERATOR, never),
    );
    expect(message).toBe(ofPlain(host, 'https'));
    expect(next.say).toContain(`Write ws://${host} instead of wss://${host} in net.dispatcher_url`);
  });

  it('is named by a worker', async () => {
    const {host} = await plainPort();
    const worker = DRIVERS.opml.createClient(`https://${host}`, LIMITS);
    onTestFinished(() => worker.close());
    expect((await failed(worker.status(never))).message).toBe(`opml worker ${ofPlain(host, 'https')}`);
  });
});

describe('the scheme is not to blame', () => {
  it('where a plain port hangs up, or refuses with 400', async () => {
    const hangsUp = `127.0.0.1:${await tcpServer((socket) => socket.destroy())}`;
    expect((await ends(`ws://${hangsUp}/ws`, 1))[0]?.say).toBeUndefined();
    const url = await httpServer((_request, response) => response.writeHead(400).end('no'));
    expect((await ends(`${url.replace('http', 'ws')}/ws`, 1))[0]).toMatchObject({
      reason: expect.stringContaining('HTTP 400') as string,
      refusal: {code: 400},
      say: undefined,
    });
  });

  it('where a TLS port answers plain requests in plain text, and the URL says https', async () => {
    const {host} = await politePort();
    const look = createSchemeLook(`https://${host}`);
    expect(await look(Object.assign(new Error('reset'), {code: 'ECONNRESET'}))).toBeNull();
  });

  it('where the certificate is not trusted', async () => {
    const {host} = await tlsPort();
    const {message} = await failed(createDispatcherRest(`https://${host}`).operatorInfo(OPERATOR, never));
    expect(message).not.toContain('the URL says');
  });
});

it('says of a port that is neither what is wrong with it, without a line of OpenSSL', async () => {
  const port = await tcpServer((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'));
  const url = `wss://127.0.0.1:${port}/ws`;
  const {message} = await failed(probeWebSocket(url, {time: systemTime, signal: never}));
  const [first] = await ends(url, 1);
  for (const text of [message, first?.reason ?? '']) {
    expect(text).toMatch(
      /TLS was not agreed on: the port speaks something else, or another version of it \((?:EPROTO|ERR_SSL_\w+)\)/,
    );
    expect(text).not.toContain('routines');
  }
});
