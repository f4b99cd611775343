import {Client} from 'undici';
import {createLimiter} from '../../foundation/async/limiter.ts';

/** PEM texts for an https signer; without `ca` Node's own list (and NODE_EXTRA_CA_CERTS) decides. */
export type TlsOptions = {ca?: string; cert?: string; key?: string};

/** One connection at a time, and whether the present one has served a request before. */
export type PooledConnection = {readonly client: Client; reused: boolean};

/**
 * A pool that knows which connections are fresh. The connection used last is handed out first, so that few stay busy and
 * the others idle out. (undici's Pool hides the connection a request went to.)
 */
export type ConnectionPool = {
  /** Runs `work` with a connection that is free, or waits for one, first come first served. @throws the signal's reason */
  use<T>(work: (connection: PooledConnection) => Promise<T>, signal: AbortSignal | undefined): Promise<T>;
  /** Ends all connections; what waits is rejected with `reason`. */
  close(reason: Error): Promise<void>;
};

export type PoolOptions = {
  /** Limit for connecting, for the headers of an answer and for gaps within its body, each. */
  timeoutMs: number;
  /** Connections at most (32); more requests wait for a free one. */
  connections?: number;
  /** Idle connections are closed after this (15 s); must stay below Web3Signer's 30 s. */
  keepAliveMs?: number;
  /** An answer larger than this (1 MiB) is refused. */
  maxAnswerBytes?: number;
  tls?: TlsOptions;
};

const MIB = 1024 * 1024;

export function createConnectionPool(origin: string, options: PoolOptions): ConnectionPool {
  const {timeoutMs, connections = 32, keepAliveMs = 15_000, maxAnswerBytes = MIB, tls = {}} = options;
  const all: PooledConnection[] = [];
  const free: PooledConnection[] = [];
  const limiter = createLimiter(connections);

  function open(): PooledConnection {
    const client = new Client(origin, {
      keepAliveTimeout: keepAliveMs,
      // A Keep-Alive header of the server may shorten our limit, never lengthen it.
      keepAliveMaxTimeout: keepAliveMs,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      maxResponseSize: maxAnswerBytes,
      pipelining: 1,
      connect: {timeout: timeoutMs, ...tls},
    });
    const connection: PooledConnection = {client, reused: false};
    client.on('connect', () => {
      connection.reused = false;
    });
    all.push(connection);
    return connection;
  }

  return {
    use: (work, signal) =>
      limiter.run(async () => {
        const connection = free.pop() ?? open();
        try {
          return await work(connection);
        } finally {
          free.push(connection);
        }
      }, signal),
    async close(reason) {
      limiter.close(reason);
      await Promise.all(all.map((connection) => connection.client.destroy()));
    },
  };
}
