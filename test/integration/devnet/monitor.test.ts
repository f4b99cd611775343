import {createServer, type RequestListener} from 'node:http';
import {createServer as createTcpServer, type Server} from 'node:net';
import {afterEach, describe, expect, it} from 'vitest';
import {listenOn} from '../../../src/devnet/net/listen.ts';
import {startMonitor, type Monitor, type MonitorOptions, type Probe} from '../../../src/devnet/monitor.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function node(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${await listenOn(server, '127.0.0.1', 0)}`;
}

/** Starts a monitor and resolves with its first `count` probes. */
async function probes(
  count: number,
  options: MonitorOptions,
): Promise<{monitor: Monitor; seen: {target: string; probe: Probe}[]}> {
  const seen: {target: string; probe: Probe}[] = [];
  let monitor: Monitor | undefined;
  await new Promise<void>((resolve) => {
    monitor = startMonitor({
      intervalMs: 5,
      ...options,
      on: (target, probe) => {
        seen.push({target, probe});
        if (seen.length === count) resolve();
      },
    });
    cleanups.push(() => monitor!.close());
  });
  return {monitor: monitor!, seen};
}

describe('the prober', () => {
  it('asks GET /ping on a connection of its own each time and counts pong as good', async () => {
    const asked: string[] = [];
    const sockets = new Set();
    const url = await node((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      sockets.add(request.socket);
      response.end('pong');
    });
    const {monitor, seen} = await probes(3, {targets: () => [`${url}/`]});
    await monitor.close();
    expect(asked.slice(0, 3)).toEqual(['GET /ping', 'GET /ping', 'GET /ping']);
    expect(sockets.size).toBe(asked.length);
    expect(seen.map(({probe}) => [probe.ok, probe.reason])).toEqual([
      [true, ''],
      [true, ''],
      [true, ''],
    ]);
    expect(monitor.stats()).toMatchObject([
      {target: `${url}/`, probes: 3, ok: 3, silent: 0, last: {ok: true}},
    ]);
    expect(monitor.history(`${url}/`)).toEqual(seen.map(({probe}) => probe));
    expect(monitor.stats()[0]?.lastOkAt).toBe(seen[2]?.probe.at);
  });

  it.each<[string, RequestListener, string]>([
    ['another body', (_, response) => void response.end('pong\n'), 'the body is not pong'],
    ['an endless body', (_, response) => void response.write('x'.repeat(2000)), 'the body is not pong'],
    ['another status', (_, response) => void response.writeHead(503).end('pong'), 'HTTP 503'],
    ['a redirect', (_, response) => void response.writeHead(302, {location: '/other'}).end(), 'HTTP 302'],
    ['silence', () => {}, 'no answer in time'],
    [
      'half a body',
      (_, response) => void response.writeHead(200, {'content-length': 4}).write('po'),
      'no answer in time',
    ],
    ['a hang-up', (request) => request.socket.destroy(), 'socket hang up'],
  ])('counts %s as a failure with its reason', async (_, listener, reason) => {
    const url = await node(listener);
    const {seen} = await probes(1, {targets: () => [url], timeoutMs: 100});
    expect(seen[0]?.probe.ok).toBe(false);
    expect(seen[0]?.probe.reason).toContain(reason);
  });

  it('counts a closed port and a URL that is none as failures', async () => {
    const server: Server = createTcpServer();
    const port = await listenOn(server, '127.0.0.1', 0);
    await new Promise((resolve) => server.close(resolve));
    const {seen} = await probes(2, {targets: () => [`http://127.0.0.1:${port}`, 'nonsense']});
    const reasons = seen.map(({probe}) => probe.reason).sort();
    expect(reasons[0]).toContain('Invalid URL');
    expect(reasons[1]).toContain('ECONNREFUSED');
  });

  it('sees a node go and come back, and targets that come and go', async () => {
    let up = false;
    const url = await node((_, response) => response.writeHead(up ? 200 : 500).end('pong'));
    let targets = [url];
    const monitor = startMonitor({
      targets: () => targets,
      intervalMs: 1,
      on: () => {
        const {silent = 0} = monitor.stats()[0] ?? {};
        if (silent === 3) up = true;
      },
    });
    cleanups.push(() => monitor.close());
    while (monitor.stats()[0]?.silent !== 0) await new Promise((resolve) => setImmediate(resolve));
    const [stats] = monitor.stats();
    expect(stats?.ok).toBe(1);
    expect(
      monitor
        .history(url)
        .slice(0, 4)
        .map(({ok}) => ok),
    ).toEqual([false, false, false, true]);
    targets = [];
    await monitor.close();
    expect(monitor.stats()).toHaveLength(1);
  });

  it('ends at once in the middle of a probe, and records nothing of it', async () => {
    let asked = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const url = await node(() => asked());
    const monitor = startMonitor({targets: () => [url], timeoutMs: 600_000});
    await waiting;
    await monitor.close();
    expect(monitor.stats()).toEqual([]);
  });
});
