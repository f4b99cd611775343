import {buildConnector, Client} from 'undici';
import {createLimiter} from '../../foundation/async/limiter.ts';
import {deadline} from '../../foundation/system/system-time.ts';

/** PEM texts for an https signer; without `ca` Node's own list (and NODE_EXTRA_CA_CERTS) decides. */
export type TlsOptions = {
  ca?: string;
  cert?: string;
  key?: string;
  passphrase?: string;
  /** The name in the server's certificate, where it is not the host of the URL. */
  servername?: string;
};

/** One connection at a time, and whether the present one has served a request before. */
export type PooledConnection = {
  readonly client: Client;
  reused: boolean;
  /** Ends it with whatever is on it, also while it connects; it is not used again. */
  discard(): void;
};

/**
 * A pool that knows which connections are fresh. The connection used last is handed out first, so that few stay busy and
 * the others idle out. (undici's Pool hides the connection a request went to.)
 */
export type ConnectionPool = {
  /**
   * Runs `work` with a connection that is free, or waits for one, at most `waitMs`, first come first served.
   * @throws an error with the code {@link ALL_IN_USE} after that wait, or the signal's reason
   */
  use<T>(
    work: (connection: PooledConnection) => Promise<T>,
    wait: {waitMs: number; signal: AbortSignal | undefined},
  ): Promise<T>;
  /** Ends all connections; what waits is rejected with `reason`. */
  close(reason: Error): Promise<void>;
};

/** The code of a request that got no connection: it was not sent. */
export const ALL_IN_USE = 'CONNECTIONS_IN_USE';

export type PoolOptions = {
  /** Limit of one exchange: from connecting to the last byte of the answer. As long a request waits for a free connection. */
  timeoutMs: number;
  /** Connections at most (32); more requests wait for a free one. */
  connections?: number;
  /** Idle connections are closed after this (15 s); must stay below Web3Signer's 30 s. */
  keepAliveMs?: number;
  /** An answer larger than this (1 MiB) is refused. */
  maxAnswerBytes?: number;
  /** A function is called for each new connection, so that renewed files count; what it throws is the failure of the request. */
  tls?: TlsOptions | (() => TlsOptions);
};

const MIB = 1024 * 1024;

export function createConnectionPool(origin: string, options: PoolOptions): ConnectionPool {
  const {timeoutMs, connections = 32, keepAliveMs = 15_000, maxAnswerBytes = MIB, tls = {}} = options;
  const all = new Set<PooledConnection>();
  const free: PooledConnection[] = [];
  /** Discarded ones whose sockets are not closed yet. */
  const ending = new Set<Promise<void>>();
  const limiter = createLimiter(connections);
  /** Requests that have a connection, or wait for one. */
  let requests = 0;

  function open(): PooledConnection {
    const client = new Client(origin, {
      keepAliveTimeout: keepAliveMs,
      // A Keep-Alive header of the server may shorten our limit, never lengthen it.
      keepAliveMaxTimeout: keepAliveMs,
      // These bound the gaps between two bytes; the transport bounds the whole exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: maxAnswerBytes,
      pipelining: 1,
      connect: typeof tls === 'function' ? freshly(tls, timeoutMs) : {timeout: timeoutMs, ...tls},
    });
    const connection: PooledConnection = {
      client,
      reused: false,
      discard() {
        if (!all.delete(connection)) return;
        const end = client.destroy();
        ending.add(end);
        void end.finally(() => ending.delete(end));
      },
    };
    client.on('connect', () => {
      connection.reused = false;
    });
    all.add(connection);
    return connection;
  }

  async function withFree<T>(work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const connection = free.pop() ?? open();
    try {
      return await work(connection);
    } finally {
      if (all.has(connection)) free.push(connection);
    }
  }

  /** Only a request that finds all connections in use pays for a timer. */
  async function waitThenUse<T>(
    work: (connection: PooledConnection) => Promise<T>,
    {waitMs, signal}: {waitMs: number; signal: AbortSignal | undefined},
  ): Promise<T> {
    const wait = deadline(signal, waitMs);
    const begun = {yet: false};
    try {
      return await limiter.run(() => {
        begun.yet = true;
        wait.done();
        return withFree(work);
      }, wait.signal);
    } catch (error) {
      if (begun.yet || !wait.signal.aborted || signal?.aborted === true) throw error;
      const message = `all ${connections} connections are in use, for ${waitMs / 1000} s`;
      throw Object.assign(new Error(message), {code: ALL_IN_USE});
    } finally {
      wait.done();
    }
  }

  return {
    async use(work, wait) {
      requests += 1;
      try {
        return await (requests > connections
          ? waitThenUse(work, wait)
          : limiter.run(() => withFree(work), wait.signal));
      } finally {
        requests -= 1;
      }
    },
    async close(reason) {
      limiter.close(reason);
      await Promise.all([...ending, ...[...all].map((connection) => connection.client.destroy())]);
    },
  };
}

/** Connects with what `read` gives at that moment. */
function freshly(read: () => TlsOptions, timeout: number): buildConnector.connector {
  return (options, callback) => {
    let tls: TlsOptions;
    try {
      tls = options.protocol === 'https:' ? read() : {};
    } catch (error) {
      callback(error instanceof Error ? error : new Error('no TLS files'), null);
      return;
    }
    const name = tls.servername ?? options.servername;
    buildConnector({timeout, ...tls})(
      {...options, ...(name === undefined ? {} : {servername: name})},
      callback,
    );
  };
}
