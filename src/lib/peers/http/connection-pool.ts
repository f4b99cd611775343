import {Client} from 'undici';
import {createLimiter} from '../../foundation/async/limiter.ts';

/** PEM texts for an https signer; without `ca` Node's own list (and NODE_EXTRA_CA_CERTS) decides. */
export type TlsOptions = {ca?: string; cert?: string; key?: string};

/** One connection; `reused` is true once it has served a request. */
export type PooledConnection = {readonly client: Client; reused: boolean};

/**
 * A pool that knows which connections are new. It hands out the most recently used connection first, so that the others
 * close when idle. (undici's Pool hides which connection served a request.)
 */
export type ConnectionPool = {
  /** Returns a free connection, or a new one below the limit; undefined when all are busy. */
  acquire(): PooledConnection | undefined;
  /** Waits for a connection, first come first served; rejects with the signal's reason. */
  wait(signal: AbortSignal | undefined): Promise<PooledConnection>;
  release(connection: PooledConnection): void;
  /** Closes all connections; rejects the waiting callers with `reason`. */
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

type Waiter = {resolve: (connection: PooledConnection) => void; reject: (reason: Error) => void};

export function createConnectionPool(origin: string, options: PoolOptions): ConnectionPool {
  const {timeoutMs, connections = 32, keepAliveMs = 15_000, maxAnswerBytes = MIB, tls = {}} = options;
  const all: PooledConnection[] = [];
  const free: PooledConnection[] = [];
  const waiting = new Set<Waiter>();
  let closed: Error | undefined;

  function open(): PooledConnection {
    const client = new Client(origin, {
      keepAliveTimeout: keepAliveMs,
      // A Keep-Alive header of the server may shorten this limit, never extend it.
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
    acquire() {
      if (closed !== undefined) throw closed;
      return free.pop() ?? (all.length < connections ? open() : undefined);
    },
    wait: (signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const onAbort = (): void => {
          waiting.delete(waiter);
          reject(signal?.reason as Error);
        };
        const waiter: Waiter = {
          resolve(connection) {
            signal?.removeEventListener('abort', onAbort);
            resolve(connection);
          },
          reject,
        };
        waiting.add(waiter);
        signal?.addEventListener('abort', onAbort, {once: true});
      }),
    release(connection) {
      const [next] = waiting;
      if (next === undefined) {
        free.push(connection);
        return;
      }
      waiting.delete(next);
      next.resolve(connection);
    },
    async close(reason) {
      closed = reason;
      for (const waiter of waiting) waiter.reject(reason);
      waiting.clear();
      await Promise.all(all.map((connection) => connection.client.destroy()));
    },
  };
}
