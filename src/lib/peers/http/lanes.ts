import {Client} from 'undici';

/** PEM texts for an https signer; without `ca` Node's own list (and NODE_EXTRA_CA_CERTS) decides. */
export type TlsOptions = {ca?: string; cert?: string; key?: string};

/** One connection at a time, and whether the present one has served a request before. */
export type Lane = {readonly client: Client; reused: boolean};

/**
 * A pool that knows which connections are fresh. The lane used last is handed out first, so that few stay busy and
 * the others idle out. (undici's Pool hides the connection a request went to.)
 */
export type Lanes = {
  /** A free lane, opened when there may be one more; undefined when all are busy. */
  take(): Lane | undefined;
  /** Waits for a lane, first come first served; rejects with the signal's reason. */
  wait(signal: AbortSignal | undefined): Promise<Lane>;
  give(lane: Lane): void;
  /** Ends all connections; who waits is rejected with `reason`. */
  close(reason: Error): Promise<void>;
};

export type LaneOptions = {
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

type Waiter = {resolve: (lane: Lane) => void; reject: (reason: Error) => void};

export function createLanes(origin: string, options: LaneOptions): Lanes {
  const {timeoutMs, connections = 32, keepAliveMs = 15_000, maxAnswerBytes = MIB, tls = {}} = options;
  const all: Lane[] = [];
  const free: Lane[] = [];
  const waiting = new Set<Waiter>();
  let closed: Error | undefined;

  function open(): Lane {
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
    const lane: Lane = {client, reused: false};
    client.on('connect', () => {
      lane.reused = false;
    });
    all.push(lane);
    return lane;
  }

  return {
    take() {
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
          resolve(lane) {
            signal?.removeEventListener('abort', onAbort);
            resolve(lane);
          },
          reject,
        };
        waiting.add(waiter);
        signal?.addEventListener('abort', onAbort, {once: true});
      }),
    give(lane) {
      const [next] = waiting;
      if (next === undefined) {
        free.push(lane);
        return;
      }
      waiting.delete(next);
      next.resolve(lane);
    },
    async close(reason) {
      closed = reason;
      for (const waiter of waiting) waiter.reject(reason);
      waiting.clear();
      await Promise.all(all.map((lane) => lane.client.destroy()));
    },
  };
}
