import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {startOperatorServer, type OperatorServer} from '../../../../../src/lib/node/operator/http/server.ts';
import type {
  PortRefusal,
  ServerHandlers,
  ServerOptions,
} from '../../../../../src/lib/node/operator/http/options.ts';
import type {Caller} from '../../../../../src/lib/node/operator/http/caller.ts';
import {fastTime} from '../../../../support/virtual-time.ts';
import {ping} from '../../../../support/flood.ts';
import {rawHttp} from '../../../../support/raw-http.ts';
import {rawSocket, type RawSocket} from '../../../../support/raw-socket.ts';
import {PATIENT} from '../../../../support/patient.ts';

type Stage = OperatorServer & {port: number; refused: PortRefusal[]; callers: Caller[]; bodies: number[]};

async function stage(
  change: Partial<ServerOptions> = {},
  handlers: Partial<ServerHandlers> = {},
): Promise<Stage> {
  const refused: PortRefusal[] = [];
  const callers: Caller[] = [];
  const bodies: number[] = [];
  const server = await startOperatorServer(
    {
      listen: {host: '127.0.0.1', port: 0},
      callbacks: null,
      teePort: null,
      callbackUrl: 'http://127.0.0.1',
      trustedProxies: [],
      files: {limit: 1_000_000, lack: () => null},
      // Its time limits are seconds.
      time: fastTime(20),
      ...change,
    },
    {
      onProbe: (caller) => callers.push(caller),
      onRefused: (refusal) => refused.push(refusal),
      isKnownRequest: (id) => Promise.resolve(id === KNOWN),
      onCallback: (_kind, body) => {
        bodies.push(body.length);
        return Promise.resolve({status: 200, code: 200, message: 'success'});
      },
      ...handlers,
    },
  );
  onTestFinished(() => server.close());
  return {...server, port: Number(new URL(server.publicUrl).port), refused, callers, bodies};
}

/** Nothing is closed because it takes too long. */
const SLOWER = fastTime(1);
const KNOWN = 'a'.repeat(32);
const PING = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n';
const HEAD = 'POST /api/opml_callback HTTP/1.1\r\nHost: 127.0.0.1\r\n';

const many = (count: number, port: number, from: string): Promise<RawSocket[]> =>
  Promise.all(Array.from({length: count}, () => rawSocket(port, from)));
const openOf = (sockets: readonly RawSocket[]): number => sockets.filter((socket) => socket.isOpen()).length;

describe('a connection of /ping', () => {
  it('ends with its answer, however many requests it sends', async () => {
    const {port, callers} = await stage();
    const socket = await rawSocket(port);
    socket.send(PING.repeat(200));
    await socket.closed;
    expect(socket.text().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(1);
    expect(socket.text()).toMatch(/connection: close/i);
    expect(callers).toHaveLength(1);
  });

  it.each([
    ['says nothing', ''],
    ['sends half a head', 'GET /ping HTTP/1.1\r\nHost: x\r\nX-Half: '],
    ['sends half a request line', 'GE'],
  ])('is closed when it %s', async (_what, text) => {
    const {port} = await stage();
    const socket = await rawSocket(port);
    socket.send(text);
    await socket.closed;
    expect((await ping(port, '127.0.0.1')).said).toBe('pong');
  });

  it('is closed in time although its head comes byte by byte', async () => {
    const {port} = await stage();
    const socket = await rawSocket(port);
    const drip = setInterval(() => socket.send('X'), 5);
    onTestFinished(() => clearInterval(drip));
    socket.send('GET /ping HTTP/1.1\r\nHost: x\r\nX-Drip: ');
    await socket.closed;
  });

  it.each([
    [
      'an upgrade',
      `GET /ping HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      /pong/,
    ],
    ['a body that never comes', `GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n`, /pong/],
    ['HTTP/1.0 that wants to be kept', `GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`, /pong/],
    ['CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', /404/],
    ['TLS', '\x16\x03\x01\x02\x00\x01', /400/],
    ['a head without an end', `GET /ping HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}`, /431/],
    ['another page', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /404/],
    [
      'an expectation',
      'PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n',
      /404/,
    ],
  ])('is closed after %s', async (_what, text, answer) => {
    const {port} = await stage();
    const socket = await rawSocket(port);
    socket.send(text);
    await socket.closed;
    expect(socket.text()).toMatch(answer);
  });
});

describe('too many connections', () => {
  it('of one address close its own oldest, and are counted', async () => {
    const {port, refused} = await stage({time: SLOWER});
    const flood = await many(60, port, '127.0.0.2');
    const [last] = await many(1, port, '127.0.0.2');
    const prober = await rawSocket(port, '127.0.0.3');
    await vi.waitFor(
      () => expect(openOf([...flood, ...(last ? [last] : [])])).toBeLessThanOrEqual(32),
      PATIENT,
    );
    expect(refused.length).toBeGreaterThanOrEqual(29);
    expect(new Set(refused.map(({why, from}) => `${why} ${from ?? ''}`))).toEqual(
      new Set(['crowded 127.0.0.2']),
    );
    expect(flood[0]?.isOpen()).toBe(false);
    prober.send(PING);
    await prober.closed;
    expect(prober.text()).toContain('pong');
    for (const socket of flood) socket.destroy();
  });

  it('of many addresses close the oldest of those with the most, never the one that comes', async () => {
    const {port, refused} = await stage({files: {limit: 400, lack: () => null}, time: SLOWER});
    const flood = (
      await Promise.all(Array.from({length: 10}, (_, i) => many(10, port, `127.0.1.${i + 1}`)))
    ).flat();
    const prober = await rawSocket(port, '127.0.0.3');
    prober.send(PING);
    await prober.closed;
    expect(prober.text()).toContain('pong');
    await vi.waitFor(() => expect(openOf(flood)).toBeLessThanOrEqual(50), PATIENT);
    expect(refused.length).toBeGreaterThanOrEqual(50);
  });

  it('are a problem too when the system gives no more of them', async () => {
    let isFull = false;
    const {port, refused} = await stage({
      files: {limit: 1_000, lack: () => (isFull ? 'EMFILE: too many open files' : null)},
    });
    isFull = true;
    await vi.waitFor(() => expect(refused.length).toBeGreaterThan(0), PATIENT);
    expect(refused[0]).toEqual({why: 'not-accepted', from: null, words: 'EMFILE: too many open files'});
    expect((await ping(port, '127.0.0.1')).said).toBe('pong');
  });

  it('do not take the places of callbacks, and those do not take theirs', async () => {
    const {port, bodies} = await stage();
    const idle = await many(200, port, '127.0.0.1');
    const half = await many(100, port, '127.0.0.1');
    for (const socket of half) socket.send(`${HEAD}Content-Length: 100\r\n\r\n{`);
    const answer = await rawHttp(`http://127.0.0.1:${port}`, {
      method: 'POST',
      path: '/api/opml_callback',
      body: '{}',
    });
    expect(answer.status).toBe(200);
    expect((await ping(port, '127.0.0.1')).said).toBe('pong');
    expect(bodies).toEqual([2]);
    for (const socket of [...idle, ...half]) socket.destroy();
  });
});

describe('behind a trusted proxy', () => {
  const proxied = (port: number, from: string) => ping(port, '127.0.0.1', {'x-forwarded-for': from});

  it('each address has its own limit of requests', async () => {
    const {port, callers, refused} = await stage({trustedProxies: ['127.0.0.1'], time: fastTime(0.001)});
    const said: string[] = [];
    for (let i = 0; i < 110; i += 1) said.push((await proxied(port, '203.0.113.9')).said);
    expect(said.filter((one) => one === 'pong')).toHaveLength(100);
    expect((await proxied(port, '203.0.113.10')).said).toBe('pong');
    expect(new Set(callers.map(({address}) => address))).toEqual(new Set(['203.0.113.9', '203.0.113.10']));
    expect(callers.every(({isLocal}) => !isLocal)).toBe(true);
    expect(refused).toHaveLength(10);
    expect(refused[0]).toMatchObject({why: 'too-often', from: '203.0.113.9'});
  });

  it('the limit for each address does not hold for its connections', async () => {
    const {port} = await stage({trustedProxies: ['127.0.0.0/8']});
    const sockets = await many(100, port, '127.0.0.9');
    for (const socket of sockets) socket.send(PING);
    await Promise.all(sockets.map(({closed}) => closed));
    expect(sockets.filter((socket) => socket.text().includes('pong'))).toHaveLength(100);
  });

  it('the routes of workers are closed', async () => {
    const {port, bodies, refused} = await stage({trustedProxies: ['127.0.0.1']});
    const url = `http://127.0.0.1:${port}`;
    for (const headers of [{'x-forwarded-for': '203.0.113.9'}, {via: '1.1 x'}, {host: 'node.example.org'}])
      for (const path of ['/api/opml_callback', '/reister_worker', '/receive_heart_beat'])
        expect((await rawHttp(url, {method: 'POST', path, headers, body: '{}'})).status, path).toBe(403);
    expect(bodies).toEqual([]);
    expect(refused).toHaveLength(9);
    expect(refused[0]).toMatchObject({why: 'outside', words: 'it was passed on by a proxy'});
  });
});

describe('large callbacks', () => {
  const MIB = 1024 * 1024;
  const large = (id: string, mib: number): string =>
    JSON.stringify({req_id: id, answer: 'x'.repeat(mib * MIB)});
  const post = (port: number, body: string) =>
    rawHttp(`http://127.0.0.1:${port}`, {method: 'POST', path: '/api/opml_callback', body}).then(
      ({status}) => status,
      // It may hang up while the body is still being written: that is a refusal too.
      () => 0,
    );

  it('of unknown requests are refused before they have come', async () => {
    const asked: string[] = [];
    const {port, bodies} = await stage(
      {},
      {
        isKnownRequest: (id) => {
          asked.push(id);
          return Promise.resolve(false);
        },
      },
    );
    const socket = await rawSocket(port);
    const body = large('b'.repeat(32), 1);
    socket.send(`${HEAD}Content-Length: 8000000\r\n\r\n${body.slice(0, 200_000)}`);
    await socket.closed;
    expect(socket.text()).toContain('404');
    expect(asked).toEqual(['b'.repeat(32)]);
    expect(bodies).toEqual([]);
  });

  it('are used few at once, whatever comes at the same time', async () => {
    let now = 0;
    let most = 0;
    const {port} = await stage(
      {},
      {
        onCallback: async () => {
          now += 1;
          most = Math.max(most, now);
          await new Promise((resolve) => setImmediate(resolve));
          now -= 1;
          return {status: 200, code: 200, message: 'success'};
        },
      },
    );
    const body = large(KNOWN, 2);
    expect(await Promise.all(Array.from({length: 12}, () => post(port, body)))).toEqual(Array(12).fill(200));
    expect(most).toBeLessThanOrEqual(2);
  });

  it('with more values than a callback has are refused unparsed, small ones too', async () => {
    const {port, bodies} = await stage();
    expect(await post(port, `{"req_id":"${KNOWN}","x":[${'1,'.repeat(2_000)}1]}`)).toBe(400);
    expect(await post(port, `{"req_id":"${KNOWN}","x":[${'1,'.repeat(500_000)}1]}`)).not.toBe(200);
    expect(bodies).toEqual([]);
  });

  it('in a great many pieces are refused', async () => {
    const {port, bodies} = await stage();
    const socket = await rawSocket(port);
    socket.send(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(20_000)}`);
    await socket.closed;
    expect(socket.text()).toMatch(/^HTTP\/1\.1 400|^$/);
    expect(bodies).toEqual([]);
  });

  it('that name their request last are read one at a time, and refused when it is unknown', async () => {
    const {port, bodies} = await stage();
    const late = (id: string): string => JSON.stringify({answer: 'x'.repeat(MIB), req_id: id});
    expect(await Promise.all([post(port, late(KNOWN)), post(port, late('c'.repeat(32)))])).toEqual([
      200, 404,
    ]);
    expect(bodies).toHaveLength(1);
  });

  it('that come too slowly make room for those that wait', async () => {
    const {port} = await stage();
    const slow = await many(3, port, '127.0.0.1');
    const start = large(KNOWN, 1).slice(0, 100_000);
    for (const socket of slow) socket.send(`${HEAD}Content-Length: 8000000\r\n\r\n${start}`);
    expect(await post(port, large(KNOWN, 1))).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});
