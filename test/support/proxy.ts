import {createServer, connect as connectTcp, type Server, type Socket} from 'node:net';
import {listenOn, requireLoopback} from '../../src/devnet/net/listen.ts';

/** What the proxy does to traffic from now on; may change while connections live. */
export type ProxyFaults = {
  /** Every chunk is handed on this much later, ms. */
  latencyMs: number;
  /** Bytes per second, for each direction of each connection; null: as fast as it goes. */
  bytesPerSecond: number | null;
  /** Everything is taken and nothing handed on, in both directions; new connections are accepted and held. */
  blackhole: boolean;
  /** Hands on one byte a write, so that a reader meets every split of a frame. */
  singleBytes: boolean;
};

export type ProxyStats = {
  /** Connections ever accepted. */
  accepted: number;
  open: number;
  /** Bytes handed on, client → target. */
  bytesUp: number;
  /** Bytes handed on, target → client. */
  bytesDown: number;
};

export type Proxy = {
  readonly host: string;
  readonly port: number;
  /** Changes the named faults, for living connections too; a chunk that waits already keeps its latency. */
  set(faults: Partial<ProxyFaults>): void;
  /** Resets (RST) every connection there is; the listener stays. Returns how many there were. */
  cut(): number;
  /** Sends FIN to every client; what the client sends still goes through. */
  halfClose(): void;
  /** True closes the listener, so that connections are refused (living ones stay); false opens it on the same port. */
  refuse(on: boolean): Promise<void>;
  stats(): ProxyStats;
  /** Resets what is open and closes the listener. */
  close(): Promise<void>;
};

export type ProxyOptions = {
  /** A loopback address. */
  target: {host: string; port: number};
  /** 0 (the default): a free port. Always on 127.0.0.1. */
  listenPort?: number;
  faults?: Partial<ProxyFaults>;
};

const HOST = '127.0.0.1';
const NO_FAULTS: ProxyFaults = {latencyMs: 0, bytesPerSecond: null, blackhole: false, singleBytes: false};

/** How often bytes held by a blackhole look whether it is over, ms. */
const HOLD_POLL_MS = 10;
/** A direction of a connection that has this many bytes waiting reads no more until some are gone. */
const MAX_HELD_BYTES = 1024 * 1024;
/** A throttled direction writes about this often a second. */
const THROTTLED_WRITES_PER_SECOND = 50;

/**
 * A TCP proxy that breaks connections on demand: for tests and rehearsals of a bad network.
 * What is taken during a blackhole is handed on, in order, when it ends.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  requireLoopback(options.target.host);
  let faults: ProxyFaults = {...NO_FAULTS, ...options.faults};
  const links = new Map<Socket, Socket>();
  const counts = {accepted: 0, bytesUp: 0, bytesDown: 0};

  const accept = (client: Socket): void => {
    counts.accepted += 1;
    const target = connectTcp({port: options.target.port, host: options.target.host, allowHalfOpen: true});
    links.set(client, target);
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      // `close` always follows and is where it is dealt with.
      socket.on('error', () => {});
    }
    client.once('close', () => {
      links.delete(client);
      target.destroy();
    });
    target.once('close', (failed) => {
      if (failed) client.resetAndDestroy();
    });
    relay(
      client,
      target,
      () => faults,
      (bytes) => {
        counts.bytesUp += bytes;
      },
    );
    relay(
      target,
      client,
      () => faults,
      (bytes) => {
        counts.bytesDown += bytes;
      },
    );
  };

  // allowHalfOpen: a FIN passes through in its own direction only.
  const newServer = (): Server => createServer({allowHalfOpen: true}, accept);
  let server = newServer();
  const port = await listenOn(server, HOST, options.listenPort ?? 0);

  const cut = (): number => {
    const open = [...links];
    for (const [client, target] of open) {
      client.resetAndDestroy();
      target.resetAndDestroy();
    }
    return open.length;
  };

  return {
    host: HOST,
    port,
    set: (change) => {
      faults = {...faults, ...change};
    },
    cut,
    halfClose: () => {
      for (const client of links.keys()) client.end();
    },
    refuse: async (on) => {
      if (on && server.listening) {
        // Its callback waits for the connections too; the port is free at once.
        server.close();
      } else if (!on && !server.listening) {
        server = newServer();
        await listenOn(server, HOST, port);
      }
    },
    stats: () => ({...counts, open: links.size}),
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        if (server.listening) server.close(() => resolve());
        else resolve();
      });
      cut();
      await closed;
    },
  };
}

/** Hands what `from` sends on to `to`, in order, under the faults of the moment. */
function relay(from: Socket, to: Socket, faults: () => ProxyFaults, count: (bytes: number) => void): void {
  const queue: {bytes: Buffer; readAt: number}[] = [];
  let held = 0;
  let ended = false;
  let pumping = false;

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await forward(next.bytes, next.readAt, to, faults, count);
      held -= next.bytes.length;
      if (from.isPaused() && held < MAX_HELD_BYTES) from.resume();
    }
    if (ended && to.writable) to.end();
    pumping = false;
  };

  from.on('data', (bytes) => {
    queue.push({bytes, readAt: performance.now()});
    held += bytes.length;
    if (held >= MAX_HELD_BYTES) from.pause();
    void pump();
  });
  from.once('end', () => {
    ended = true;
    void pump();
  });
}

/** Writes one chunk when its time has come; gives up silently once `to` takes no more. */
async function forward(
  bytes: Buffer,
  readAt: number,
  to: Socket,
  faults: () => ProxyFaults,
  count: (bytes: number) => void,
): Promise<void> {
  const wait = readAt + faults().latencyMs - performance.now();
  if (faults().latencyMs > 0 && wait > 0) await sleep(wait);
  for (let start = 0; start < bytes.length;) {
    while (faults().blackhole && to.writable) await sleep(HOLD_POLL_MS);
    if (!to.writable) return;
    const {bytesPerSecond, singleBytes} = faults();
    const slice =
      bytesPerSecond === null ? bytes.length : Math.ceil(bytesPerSecond / THROTTLED_WRITES_PER_SECOND);
    const part = bytes.subarray(start, start + (singleBytes ? 1 : slice));
    if (bytesPerSecond !== null) await sleep((part.length / bytesPerSecond) * 1000);
    await write(to, part);
    // A turn of the event loop between two bytes, or the kernel would join them for the reader.
    if (singleBytes) await new Promise((resolve) => setImmediate(resolve));
    count(part.length);
    start += part.length;
  }
}

/** Resolves when the kernel took the bytes or the socket died. */
function write(to: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    to.write(bytes, () => resolve());
  });
}

/** Keeps no process alive: the sockets do that for as long as there is something to wait for. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
