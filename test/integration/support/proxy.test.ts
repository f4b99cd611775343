import {connect as connectTcp, createServer, type Socket} from 'node:net';
import {afterEach, describe, expect, it} from 'vitest';
import {listenOn} from '../../../src/devnet/net/listen.ts';
import {startProxy, type Proxy, type ProxyFaults} from '../../support/proxy.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A peer's view of one connection: every read, and how it ended. */
type Peer = {socket: Socket; reads: Buffer[]; ended: Promise<void>; closed: Promise<'clean' | 'reset'>};

function peer(socket: Socket): Peer {
  const reads: Buffer[] = [];
  socket.setNoDelay(true);
  socket.on('data', (bytes) => reads.push(bytes));
  const ended = new Promise<void>((resolve) => socket.once('end', resolve));
  const closed = new Promise<'clean' | 'reset'>((resolve) => {
    socket.on('error', () => resolve('reset'));
    socket.on('close', (failed) => resolve(failed ? 'reset' : 'clean'));
  });
  return {socket, reads, ended, closed};
}

type Stage = {proxy: Proxy; open: () => Promise<{client: Peer; server: Peer}>; dial: () => Peer};

async function stage(faults: Partial<ProxyFaults> = {}): Promise<Stage> {
  const arrivals: Peer[] = [];
  const waiting: ((peer: Peer) => void)[] = [];
  const target = createServer({allowHalfOpen: true}, (socket) => {
    const one = peer(socket);
    const next = waiting.shift();
    if (next === undefined) arrivals.push(one);
    else next(one);
  });
  const port = await listenOn(target, '127.0.0.1', 0);
  const proxy = await startProxy({target: {host: '127.0.0.1', port}, faults});
  cleanups.push(async () => {
    await proxy.close();
    await new Promise((resolve) => target.close(resolve));
  });
  const dial = (): Peer => peer(connectTcp({host: proxy.host, port: proxy.port, allowHalfOpen: true}));
  return {
    proxy,
    dial,
    open: async () => {
      const client = dial();
      const server = await new Promise<Peer>((resolve) => {
        const first = arrivals.shift();
        if (first === undefined) waiting.push(resolve);
        else resolve(first);
      });
      return {client, server};
    },
  };
}

/** Resolves when `at` has read `bytes` bytes in all. */
async function received({socket, reads}: Peer, bytes: number): Promise<Buffer> {
  while (reads.reduce((sum, {length}) => sum + length, 0) < bytes) {
    await new Promise((resolve) => socket.once('data', resolve));
  }
  return Buffer.concat(reads);
}

const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the proxy', () => {
  it('hands on a megabyte each way, unchanged, and then the FIN', async () => {
    const {proxy, open} = await stage();
    const {client, server} = await open();
    const bytes = Buffer.from(Uint8Array.from({length: 3_000_000}, (_, index) => (index * 31) % 251));
    client.socket.write(bytes);
    server.socket.write(bytes);
    expect((await received(server, bytes.length)).equals(bytes)).toBe(true);
    expect((await received(client, bytes.length)).equals(bytes)).toBe(true);
    client.socket.end('bye');
    await server.ended;
    server.socket.end();
    expect(await client.closed).toBe('clean');
    expect(proxy.stats()).toMatchObject({accepted: 1, bytesUp: bytes.length + 3, bytesDown: bytes.length});
  });

  it('splits into single bytes', async () => {
    const {open} = await stage({singleBytes: true});
    const {client, server} = await open();
    client.socket.write('split me');
    expect((await received(server, 8)).toString()).toBe('split me');
    expect(server.reads.length).toBeGreaterThan(1);
  });

  it('delays each chunk, in order, without holding up those behind it', async () => {
    const {open} = await stage({latencyMs: 100});
    const {client, server} = await open();
    const started = performance.now();
    for (const word of ['a', 'b', 'c', 'd', 'e']) {
      client.socket.write(word);
      await turns(20);
    }
    expect((await received(server, 5)).toString()).toBe('abcde');
    // The lower bound is the fault itself; a timer may fire a part of a millisecond early.
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
  });

  it('throttles', async () => {
    const {open} = await stage({bytesPerSecond: 10_000});
    const {client, server} = await open();
    const started = performance.now();
    client.socket.write(Buffer.alloc(2_000));
    await received(server, 2_000);
    expect(performance.now() - started).toBeGreaterThanOrEqual(150);
  });

  it('holds everything in a blackhole, new connections too, and hands it on afterwards', async () => {
    const {proxy, open} = await stage();
    const {client, server} = await open();
    client.socket.write('one');
    await received(server, 3);
    proxy.set({blackhole: true});
    const held = await open();
    held.client.socket.write('three');
    client.socket.write('two');
    server.socket.write('down');
    await turns(50);
    expect(Buffer.concat(server.reads).toString()).toBe('one');
    expect([...client.reads, ...held.server.reads]).toEqual([]);
    proxy.set({blackhole: false});
    expect((await received(server, 6)).toString()).toBe('onetwo');
    expect((await received(client, 4)).toString()).toBe('down');
    expect((await received(held.server, 5)).toString()).toBe('three');
  });

  it('cuts with a reset on both sides, and takes new connections', async () => {
    const {proxy, open} = await stage();
    const {client, server} = await open();
    expect(proxy.cut()).toBe(1);
    expect(await client.closed).toBe('reset');
    expect(await server.closed).toBe('reset');
    const again = await open();
    again.client.socket.write('x');
    await received(again.server, 1);
  });

  it('half-closes: the client sees the end, what it sends continues', async () => {
    const {proxy, open} = await stage();
    const {client, server} = await open();
    client.socket.write('a');
    await received(server, 1);
    proxy.halfClose();
    await client.ended;
    client.socket.write('b');
    expect((await received(server, 2)).toString()).toBe('ab');
  });

  it('refuses new connections while living ones stay, and opens again on the same port', async () => {
    const {proxy, open, dial} = await stage();
    const {client, server} = await open();
    await proxy.refuse(true);
    await proxy.refuse(true);
    const refused = dial();
    expect(await refused.closed).toBe('reset');
    expect(refused.reads).toEqual([]);
    client.socket.write('still here');
    await received(server, 10);
    const {port} = proxy;
    await proxy.refuse(false);
    await open();
    expect(proxy.port).toBe(port);
  });

  it('resets the client when nothing listens behind it', async () => {
    const target = createServer();
    const port = await listenOn(target, '127.0.0.1', 0);
    await new Promise((resolve) => target.close(resolve));
    const proxy = await startProxy({target: {host: '127.0.0.1', port}});
    cleanups.push(() => proxy.close());
    expect(await peer(connectTcp(proxy.port, proxy.host)).closed).toBe('reset');
  });

  it('leaves nothing behind when it closes, even in a blackhole', async () => {
    const {proxy, open, dial} = await stage({blackhole: true});
    const {client} = await open();
    client.socket.write('held');
    await proxy.close();
    expect(await client.closed).toBe('reset');
    expect(await dial().closed).toBe('reset');
    expect(proxy.stats().open).toBe(0);
  });

  it('reaches no further than this machine', async () => {
    await expect(startProxy({target: {host: '192.0.2.1', port: 80}})).rejects.toMatchObject({
      code: 'NOT_LOOPBACK',
    });
    const {proxy} = await stage();
    const target = {host: '127.0.0.1', port: 1};
    await expect(startProxy({target, listenPort: proxy.port})).rejects.toMatchObject({code: 'PORT_IN_USE'});
  });
});
