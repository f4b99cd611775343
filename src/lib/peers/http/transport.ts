import {errors} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {afterReading, systemTime} from '../../foundation/system/system-time.ts';
import {
  ALL_IN_USE,
  createConnectionPool,
  type PooledConnection,
  type PoolOptions,
} from './connection-pool.ts';
import {networkCode} from './network-code.ts';

export type HttpRequest = {
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  /** Never sent a second time, also not on a connection that was closed as it was used. [false] */
  once?: boolean;
  /** Limit of this exchange, ms [that of the transport]. */
  timeoutMs?: number;
};

export type HttpAnswer = {status: number; contentType: string; body: string};

/** HTTP to one server over kept-alive connections. */
export type Transport = {
  /**
   * Sends one request and reads the whole answer, whatever its status. The exchange has one limit, from the moment it has a
   * connection, which may have to be made, to the last byte of the answer; when it is over, the connection is cut.
   * @throws what `failure` makes of the network's error, or the signal's reason
   */
  request(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Ends every connection; requests in progress fail. */
  close(): Promise<void>;
};

/** Error codes of a connection that the peer closed just as a request used it. */
const STALE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** One that breaks later was no idle one: its server gave up on the answer. */
const STALE_WITHIN_MS = 1_000;

/**
 * A client without a queue or streams of its own: half the CPU of `undici.request`. A request on a connection that had
 * served before and broke at once, without one byte of an answer, is sent once more, on a new connection: servers close idle ones.
 * Only for requests that may come twice, as signing does; others say `once`.
 * @param failure makes a typed error of what undici or the socket threw; `waitedMs` is for how long the request had waited
 *   for an answer, 0 when it was not sent
 */
export function createTransport(
  origin: string,
  options: PoolOptions,
  failure: (error: unknown, waitedMs: number) => Error,
): Transport {
  const pool = createConnectionPool(origin, options);

  function exchange(
    connection: PooledConnection,
    call: HttpRequest,
    signal: AbortSignal | undefined,
  ): Promise<HttpAnswer> {
    return abortable<HttpAnswer>(signal, (resolve, reject) => {
      let mayRetry = call.once !== true;
      let isOver = false;
      let sentAt: number | null = null;
      let status = 0;
      let contentType = '';
      let first: Buffer | undefined;
      let more: Buffer[] | undefined;

      const waitedMs = (): number => (sentAt === null ? 0 : systemTime.monotonic() - sentAt);
      const fail = (error: unknown): void => {
        // The caller has its reason already, and would not hear of a second request or of how that one ends.
        if (isOver) return;
        const isStale = status === 0 && STALE.has(networkCode(error)) && waitedMs() < STALE_WITHIN_MS;
        if (mayRetry && connection.reused && isStale) {
          mayRetry = false;
          // The client dropped its broken socket, so the retry connects again. Not from within its callback: it is still
          // emptying its queue and throws, where nothing can catch it, when it finds a new request in it.
          Promise.resolve().then(dispatch).catch(reject);
        } else {
          reject(failure(error, waitedMs()));
        }
      };
      const dispatch = (): void => {
        if (isOver) return;
        sentAt = null;
        connection.client.dispatch(
          {method: call.method, path: call.path, headers: call.headers, body: call.body},
          {
            onRequestStart(controller) {
              sentAt = systemTime.monotonic();
              // Ended while it waited for its connection.
              if (isOver) controller.abort(new Error('aborted'));
            },
            onResponseStart(_controller, code, headers) {
              status = code;
              const type = headers['content-type'];
              if (typeof type === 'string') contentType = type;
            },
            onResponseData(_controller, chunk) {
              if (first === undefined) first = chunk;
              else (more ??= []).push(chunk);
            },
            onResponseEnd() {
              connection.reused = true;
              const bytes =
                more === undefined ? first : Buffer.concat(first === undefined ? more : [first, ...more]);
              resolve({status, contentType, body: bytes === undefined ? '' : bytes.toString('utf8')});
            },
            onResponseError(_controller, error) {
              fail(error);
            },
          },
        );
      };

      const cancelLimit = afterReading(call.timeoutMs ?? options.timeoutMs, () => {
        reject(failure(tooLate(sentAt !== null, status), waitedMs()));
        connection.discard();
      });
      dispatch();
      return (isAborted) => {
        isOver = true;
        cancelLimit();
        if (isAborted) connection.discard();
      };
    });
  }

  return {
    async request(call, signal) {
      const wait = {waitMs: call.timeoutMs ?? options.timeoutMs, signal};
      try {
        return await pool.use((connection) => exchange(connection, call, signal), wait);
      } catch (error) {
        throw networkCode(error) === ALL_IN_USE ? failure(error, 0) : error;
      }
    },
    close: () => pool.close(failure(new Error('the client was closed'), 0)),
  };
}

/** undici's own errors, which name what was waited for: the connection, the begin of an answer, or the rest of it. */
function tooLate(isSent: boolean, status: number): Error {
  if (!isSent) return new errors.ConnectTimeoutError();
  return status < 200 ? new errors.HeadersTimeoutError() : new errors.BodyTimeoutError();
}
