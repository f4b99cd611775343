import type {AddressInfo} from 'node:net';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import {WebSocketServer, type WebSocket} from 'ws';
import {startProxy, type Proxy} from '../../../support/proxy.ts';
import {createConnection, type ConnectionOptions} from '../../../../src/lib/peers/dispatcher/connection.ts';
import type {Refusal} from '../../../../src/lib/node/events/events.ts';
import type {DispatcherConnection} from '../../../../src/lib/node/operator/ports.ts';
import {fastTime, settled, virtualTime, type VirtualTime} from '../../../support/virtual-time.ts';
import {freePort, httpServer, tcpServer} from '../../../support/signer.ts';
import {PATIENT} from '../../../support/patient.ts';

type Seen = {
  opened: number;
  frames: string[];
  pings: number;
  closed: {reason: string; retryInMs: number | undefined; refusal: Refusal | null}[];
};

type Link = {connection: DispatcherConnection; seen: Seen; stop(): Promise<void>};

function link(url: string, options: Partial<ConnectionOptions> = {}, onFrame = (): void => {}): Link {
  const connection = createConnection({
    url,
    pingIntervalMs: 10_000,
    time: fastTime(1),
    random: () => 0.5,
    backoff: {firstMs: 10, capMs: 80},
    ...options,
  });
  const seen: Seen = {opened: 0, frames: [], pings: 0, closed: []};
  const stop = new AbortController();
  const running = connection.run(
    {
      onOpen: () => (seen.opened += 1),
      onFrame(bytes) {
        seen.frames.push(bytes.toString());
        onFrame();
      },
      onPing: () => (seen.pings += 1),
      onClose: (reason, retryInMs, refusal) => seen.closed.push({reason, retryInMs, refusal}),
    },
    stop.signal,
  );
  const end = async (): Promise<void> => {
    stop.abort(new Error('over'));
    await running;
  };
  onTestFinished(end);
  return {connection, seen, stop: end};
}

async function server(): Promise<{url: string; port: number; sockets: WebSocket[]}> {
  const sockets: WebSocket[] = [];
  const wss = new WebSocketServer({port: 0, host: '127.0.0.1', maxPayload: 0});
  wss.on('connection', (socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
  });
  await new Promise((resolve) => wss.once('listening', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.terminate();
    wss.close();
  });
  const {port} = wss.address() as AddressInfo;
  return {url: `ws://127.0.0.1:${port}/ws`, port, sockets};
}

async function proxied(port: number): Promise<{proxy: Proxy; url: string}> {
  const proxy = await startProxy({target: {host: '127.0.0.1', port}});
  onTestFinished(() => proxy.close());
  return {proxy, url: `ws://127.0.0.1:${proxy.port}/ws`};
}

const until = (check: () => void): Promise<void> => vi.waitFor(check, PATIENT);

describe('the connection to the dispatcher', () => {
  it('carries frames both ways, refuses them without a socket, and ends with its signal', async () => {
    const {url, sockets} = await server();
    const {connection, seen, stop} = link(url);
    expect(connection.send('too early')).toBe(false);
    await until(() => expect(seen.opened).toBe(1));
    const got = new Promise((resolve) =>
      sockets[0]?.once('message', (data: Buffer) => resolve(data.toString())),
    );
    expect(connection.send('up')).toBe(true);
    expect(await got).toBe('up');
    sockets[0]?.send('down');
    sockets[0]?.send(Buffer.from('binary'));
    await until(() => expect(seen.frames).toEqual(['down', 'binary']));
    await stop();
    expect(seen.closed).toMatchObject([{retryInMs: undefined}]);
    expect(connection.send('too late')).toBe(false);
  });

  it('reads nothing while it is paused, does not take the peer for silent, and has lost nothing', async () => {
    const {url, sockets} = await server();
    const time = virtualTime();
    const {connection, seen} = link(url, {time, pingIntervalMs: 1_000});
    await until(() => expect(seen.opened).toBe(1));
    const frames = Array.from({length: 300}, (_, n) => `${n} `.padEnd(100_000, 'x'));
    connection.pause();
    for (const frame of frames) sockets[0]?.send(frame);
    // More than the kernel takes: the rest waits at the sender.
    await settled(200);
    await until(() => expect(sockets[0]?.bufferedAmount).toBeGreaterThan(0));
    for (let turn = 0; turn < 60; turn += 1) await time.advance(1_000);
    expect(seen.frames).toEqual([]);
    expect(seen.closed).toEqual([]);
    connection.resume();
    await until(() => expect(seen.frames).toHaveLength(frames.length));
    expect(seen.frames).toEqual(frames);
  });

  it('closes with a handshake also while it is paused', async () => {
    const {url, sockets} = await server();
    const {connection, seen, stop} = link(url, {time: virtualTime()});
    await until(() => expect(seen.opened).toBe(1));
    const code = new Promise((resolve) => sockets[0]?.once('close', resolve));
    connection.pause();
    await stop(); // its own time stands still: the limit of the handshake would never come
    expect(await code).toBe(1001);
  });

  it('backs off with growing waits up to the cap, and from the first step after confirm', async () => {
    const {url, sockets} = await server();
    const {connection, seen} = link(url);
    const closeNext = async (count: number): Promise<void> => {
      await until(() => expect(sockets).toHaveLength(count));
      await until(() => expect(seen.opened).toBe(count));
      sockets[count - 1]?.terminate();
      await until(() => expect(seen.closed).toHaveLength(count));
    };
    for (let count = 1; count <= 5; count += 1) await closeNext(count);
    await until(() => expect(seen.opened).toBe(6));
    connection.confirm();
    await closeNext(6);
    expect(seen.closed.map(({retryInMs}) => retryInMs)).toEqual([10, 20, 40, 80, 80, 10]);
  });

  it('keeps trying a place that refuses, and says why', async () => {
    const port = await freePort();
    const {seen} = link(`ws://127.0.0.1:${port}/ws`);
    await until(() => expect(seen.closed.length).toBeGreaterThan(2));
    expect(seen.closed[0]?.reason).toContain('ECONNREFUSED');
    expect(seen.opened).toBe(0);
  });

  it('says when something answers that is no WebSocket', async () => {
    const url = await httpServer((_request, response) => response.writeHead(404).end('no'));
    const {seen} = link(url.replace('http', 'ws'));
    await until(() => expect(seen.closed.length).toBeGreaterThan(1));
    expect(seen.closed[0]?.reason).toBe('HTTP 404 instead of a WebSocket: Not Found');
    const garbage = await tcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const other = link(`ws://127.0.0.1:${garbage}/ws`);
    await until(() => expect(other.seen.closed.length).toBeGreaterThan(0));
    expect(other.seen.opened).toBe(0);
  });

  it('does not follow a redirect', async () => {
    const {url: elsewhere, sockets} = await server();
    const url = await httpServer((_request, response) =>
      response.writeHead(302, {location: elsewhere.replace('ws', 'http')}).end(),
    );
    const {seen} = link(url.replace('http', 'ws'));
    await until(() => expect(seen.closed.length).toBeGreaterThan(0));
    expect(seen.closed[0]?.reason).toBe('HTTP 302 instead of a WebSocket: Found');
    expect(sockets).toEqual([]);
  });

  it('gives up a handshake that is never answered', async () => {
    const port = await tcpServer(() => {});
    const {seen} = link(`ws://127.0.0.1:${port}/ws`, {handshakeTimeoutMs: 50});
    await until(() => expect(seen.closed.length).toBeGreaterThan(0));
    expect(seen.closed[0]?.reason).toContain('timed out');
  });

  it('ends at once when told to while it connects', async () => {
    const port = await tcpServer(() => {});
    const {seen, stop} = link(`ws://127.0.0.1:${port}/ws`);
    await stop();
    expect(seen).toMatchObject({opened: 0, closed: [{retryInMs: undefined}]});
  });

  it('ends at once when told to while it waits for the next try', async () => {
    const port = await freePort();
    const time = virtualTime();
    const {seen, stop} = link(`ws://127.0.0.1:${port}/ws`, {time});
    await until(() => expect(seen.closed).toHaveLength(1));
    await stop();
    expect(time.timers()).toBe(0);
  });

  it('that is dropped while it closes tells why it closes', async () => {
    const {url, sockets} = await server();
    const {connection, seen} = link(url, {}, () => queueMicrotask(() => connection.drop('no open socket')));
    await until(() => expect(seen.opened).toBe(1));
    // What is read at once is handled at once: behind the frame comes the end.
    connection.pause();
    const [socket] = sockets;
    await new Promise((sent) => socket?.send('last', sent));
    socket?.close(4001, 'go away');
    connection.resume();
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.frames).toEqual(['last']);
    expect(seen.closed[0]?.reason).toContain('4001 go away');
  });

  it('drops its socket on demand, tells the reason, and connects again', async () => {
    const {url} = await server();
    const {connection, seen} = link(url);
    connection.drop('nothing to drop yet');
    await until(() => expect(seen.opened).toBe(1));
    connection.drop('connect was refused');
    await until(() => expect(seen.opened).toBe(2));
    expect(seen.closed.map(({reason}) => reason)).toEqual(['connect was refused']);
  });

  it('tells the dispatcher’s own words on closing, made safe', async () => {
    const {url, sockets} = await server();
    const {seen} = link(url);
    await until(() => expect(sockets).toHaveLength(1));
    sockets[0]?.close(4000, 'you are\u001b[31m late');
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.closed[0]).toMatchObject({
      reason: 'closed by the dispatcher (4000 you are\\x1b[31m late)',
      refusal: {how: 'close', code: 4000, words: 'you are\\x1b[31m late'},
    });
  });

  it.each([
    [1000, false],
    [1001, false],
    [1008, true],
    [1011, false],
    [1012, false],
    [1013, false],
    [3000, true],
    [4003, true],
  ])('takes the close code %i for a refusal: %s', async (code, isRefusal) => {
    const {url, sockets} = await server();
    const {seen} = link(url);
    await until(() => expect(sockets).toHaveLength(1));
    sockets[0]?.close(code, 'because');
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.closed[0]?.refusal).toEqual(isRefusal ? {how: 'close', code, words: 'because'} : null);
  });

  it('takes a socket that is cut for no refusal', async () => {
    const {url, sockets} = await server();
    const {seen} = link(url);
    await until(() => expect(sockets).toHaveLength(1));
    sockets[0]?.terminate();
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.closed[0]?.refusal).toBeNull();
  });

  it.each([
    [401, 'text/plain; charset=utf-8', 'operator is not\non the list', 'operator is not on the list'],
    [403, 'application/json', '{"code":403,"message":"minimum version is 0.9"}', 'minimum version is 0.9'],
    [403, 'application/json', '{"detail":"no"}', 'no'],
    [503, 'text/html', '<h1>down</h1>', 'Service Unavailable'],
    [400, 'text/plain', '', 'Bad Request'],
  ])('reads the words of HTTP %i as %s', async (status, type, body, words) => {
    const url = await httpServer((_request, response) =>
      response.writeHead(status, {'content-type': type}).end(body),
    );
    const {seen} = link(url.replace('http', 'ws'));
    await until(() => expect(seen.closed.length).toBeGreaterThan(0));
    expect(seen.closed[0]).toMatchObject({
      reason: `HTTP ${status} instead of a WebSocket: ${words}`,
      refusal: {how: 'http', code: status, words},
    });
  });

  it('does not wait for the words of an HTTP answer that never ends, nor read all of them', async () => {
    const endless = await httpServer((_request, response) => {
      response.writeHead(401, {'content-type': 'text/plain'}).write('wait');
    });
    const long = await httpServer((_request, response) =>
      response.writeHead(401, {'content-type': 'text/plain'}).end('x'.repeat(10_000_000)),
    );
    const [first, second] = [endless, long].map((url) =>
      link(url.replace('http', 'ws'), {time: fastTime(20)}),
    );
    await until(() => expect(first?.seen.closed[0]?.refusal?.words).toBe('wait'));
    await until(() => expect(second?.seen.closed[0]?.refusal?.words).toBe(`${'x'.repeat(200)}…`));
  });

  it('hands on the refusal that a socket is dropped for', async () => {
    const {url} = await server();
    const {connection, seen} = link(url);
    await until(() => expect(seen.opened).toBe(1));
    const refusal = {how: 'reply', code: 500, words: 'no'} as const;
    connection.drop('connect was answered with code 500: no', refusal);
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.closed[0]?.refusal).toEqual(refusal);
  });

  it('closes with a close frame before it connects again, and waits for the end of the old socket', async () => {
    const {url, sockets} = await server();
    const {connection, seen} = link(url);
    await until(() => expect(seen.opened).toBe(1));
    const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
    connection.drop('connect was refused');
    expect(await closed).toBe(1001);
    await until(() => expect(seen.opened).toBe(2));
  });

  it('cuts a socket whose peer does not answer the close frame after 2 s, and not before', async () => {
    const {port} = await server();
    const {proxy, url} = await proxied(port);
    const time = virtualTime();
    const {connection, seen} = link(url, {time});
    await until(() => expect(seen.opened).toBe(1));
    proxy.set({blackhole: true});
    connection.drop('it is silent');
    expect(connection.send('too late')).toBe(false);
    await time.advance(1_999);
    expect(seen.closed).toEqual([]);
    await time.advance(1);
    await until(() => expect(seen.closed).toMatchObject([{reason: 'it is silent'}]));
  });

  it('still takes what comes before the end of a socket that it drops', async () => {
    const {url, sockets} = await server();
    const {connection, seen} = link(url);
    await until(() => expect(seen.opened).toBe(1));
    connection.pause();
    await new Promise((sent) => sockets[0]?.send('a job', sent));
    connection.drop('it is silent');
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.frames).toEqual(['a job']);
  });

  it('answers pings, and tells of them', async () => {
    const {url, sockets} = await server();
    const {seen} = link(url);
    await until(() => expect(sockets).toHaveLength(1));
    const pong = new Promise((resolve) => sockets[0]?.once('pong', (data) => resolve(data.toString())));
    sockets[0]?.ping('are you there');
    expect(await pong).toBe('are you there');
    expect(seen.pings).toBe(1);
  });

  it('takes a frame of 20 MiB, and closes on one above 64 MiB', async () => {
    const {url, sockets} = await server();
    const {seen} = link(url);
    await until(() => expect(sockets).toHaveLength(1));
    sockets[0]?.send('x'.repeat(20 * 1024 * 1024));
    await until(() => expect(seen.frames[0]?.length).toBe(20 * 1024 * 1024));
    sockets[0]?.send(Buffer.alloc(64 * 1024 * 1024 + 1));
    await until(() => expect(seen.opened).toBe(2));
    expect(seen.frames).toHaveLength(1);
  });

  it('hands on one frame a turn of the event loop, however many come in one read', async () => {
    const {url, sockets} = await server();
    let inTurn = 0;
    let most = 0;
    const {seen} = link(url, {}, () => {
      inTurn += 1;
      most = Math.max(most, inTurn);
    });
    await until(() => expect(sockets).toHaveLength(1));
    for (let n = 0; n < 5_000; n += 1) sockets[0]?.send('x');
    while (seen.frames.length < 5_000) {
      inTurn = 0;
      await new Promise(setImmediate);
    }
    expect(most).toBeLessThanOrEqual(2);
  });

  it('leaves a peer that sends and never reads, when too much waits to leave', async () => {
    const {url, sockets} = await server();
    const time = virtualTime();
    const {connection, seen} = link(url, {time});
    await until(() => expect(sockets).toHaveLength(1));
    await until(() => expect(seen.opened).toBe(1));
    sockets[0]?.pause();
    const text = 'x'.repeat(8 * 1024 * 1024);
    let sent = 0;
    while (connection.send(text)) sent += 1;
    // The kernel takes some of it.
    expect(sent).toBeGreaterThanOrEqual(8);
    expect(sent).toBeLessThanOrEqual(12);
    await time.advance(2_000);
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.closed[0]?.reason).toBe('the dispatcher does not read what is sent to it');
  });

  it('reads frames that come byte by byte', async () => {
    const {port, sockets} = await server();
    const {proxy, url} = await proxied(port);
    proxy.set({singleBytes: true});
    const {seen} = link(url);
    await until(() => expect(sockets).toHaveLength(1));
    sockets[0]?.send('one');
    sockets[0]?.send('two');
    await until(() => expect(seen.frames).toEqual(['one', 'two']));
  });
});

describe('a silent dispatcher', () => {
  async function stage(): Promise<{time: VirtualTime; proxy: Proxy; seen: Seen; sockets: WebSocket[]}> {
    const {port, sockets} = await server();
    const {proxy, url} = await proxied(port);
    const time = virtualTime();
    const {seen} = link(url, {time, pingIntervalMs: 1_000});
    await until(() => expect(seen.opened).toBe(1));
    return {time, proxy, seen, sockets};
  }

  it('is kept while it answers our pings', async () => {
    const {time, seen, sockets} = await stage();
    let pings = 0;
    sockets[0]?.on('ping', () => (pings += 1));
    for (let tick = 1; tick <= 6; tick += 1) {
      await time.advance(1_000);
      await until(() => expect(pings).toBe(tick));
      // the pong is on its way: a round trip of ours comes back behind it
      const heard = seen.frames.length;
      sockets[0]?.send('tick');
      await until(() => expect(seen.frames).toHaveLength(heard + 1));
    }
    expect(seen.closed).toEqual([]);
  });

  it('half open is given up after 2.5 ping intervals, and connected anew', async () => {
    const {time, proxy, seen} = await stage();
    proxy.set({blackhole: true});
    await time.advance(2_400);
    expect(seen.closed).toEqual([]);
    await time.advance(600 + 250 + 2_000); // it looks twice, and the close frame is waited for
    await until(() => expect(seen.closed).toHaveLength(1));
    expect(seen.closed[0]?.reason).toBe('no sign of life for 3 s');
    proxy.set({blackhole: false});
    await time.advance(1_000);
    await until(() => expect(seen.opened).toBe(2));
  });

  it('is not given up while a large frame is still coming in', async () => {
    const {time, proxy, seen, sockets} = await stage();
    proxy.set({bytesPerSecond: 2_000_000});
    sockets[0]?.send('x'.repeat(1_000_000));
    let before = proxy.stats().bytesDown;
    for (let tick = 0; tick < 5; tick += 1) {
      await until(() => expect(proxy.stats().bytesDown).toBeGreaterThan(before + 50_000));
      before = proxy.stats().bytesDown;
      await time.advance(1_000);
    }
    await until(() => expect(seen.frames).toHaveLength(1));
    expect(seen.closed).toEqual([]);
  });

  it('that never finishes the closing handshake does not hold up the end', async () => {
    const {port, sockets} = await server();
    const {proxy, url} = await proxied(port);
    const {seen, stop} = link(url, {time: fastTime(20)});
    await until(() => expect(sockets).toHaveLength(1));
    proxy.set({blackhole: true});
    await stop();
    expect(seen.closed).toMatchObject([{retryInMs: undefined}]);
  });
});
