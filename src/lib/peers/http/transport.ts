import type {Dispatcher} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {createConnectionPool, type PooledConnection, type PoolOptions} from './connection-pool.ts';
import {networkCode} from './network-code.ts';

export type HttpRequest = {
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  /** Never sent a second time, also not on a connection that was closed as it was used. [false] */
  once?: boolean;
  /** Limit for the headers of the answer, ms [that of the transport]. */
  headersTimeoutMs?: number;
};

export type HttpAnswer = {status: number; contentType: string; body: string};

/** HTTP to one server over kept-alive connections. */
export type Transport = {
  /**
   * Sends one request and reads the whole answer, whatever its status.
   * @throws what `failure` makes of the network's error, or the signal's reason
   */
  request(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Ends every connection; requests in progress fail. */
  close(): Promise<void>;
};

/** Error codes of a connection that the peer closed just as a request used it. */
const STALE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * A client without a queue or streams of its own: half the CPU of `undici.request`. A request on a connection that had
 * served before and broke without one byte of an answer is sent once more, on a new connection: servers close idle ones.
 * Only for requests that may come twice, as signing does; others say `once`.
 * @param failure makes a typed error of what undici or the socket threw
 */
export function createTransport(
  origin: string,
  options: PoolOptions,
  failure: (error: unknown) => Error,
): Transport {
  const pool = createConnectionPool(origin, options);

  function exchange(
    connection: PooledConnection,
    call: HttpRequest,
    signal: AbortSignal | undefined,
    mayRetry: boolean,
  ): Promise<HttpAnswer> {
    return abortable<HttpAnswer>(signal, (resolve, reject) => {
      let controller: Dispatcher.DispatchController | undefined;
      let status = 0;
      let contentType = '';
      let first: Buffer | undefined;
      let more: Buffer[] | undefined;

      const fail = (error: unknown): void => {
        // The caller has its reason already, and would not hear of a second request or of how that one ends.
        if (signal?.aborted === true) return;
        if (mayRetry && connection.reused && status === 0 && STALE.has(networkCode(error))) {
          // The client dropped its broken socket, so the retry connects again. Not from within its callback: it is still
          // emptying its queue and throws, where nothing can catch it, when it finds a new request in it.
          resolve(Promise.resolve().then(() => exchange(connection, call, signal, false)));
        } else {
          reject(failure(error));
        }
      };
      connection.client.dispatch(
        {
          method: call.method,
          path: call.path,
          headers: call.headers,
          body: call.body,
          headersTimeout: call.headersTimeoutMs ?? null,
        },
        {
          onRequestStart(started) {
            controller = started;
            // Aborted while it waited for its connection.
            if (signal?.aborted === true) started.abort(new Error('aborted'));
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
      return (isAborted) => {
        if (isAborted) controller?.abort(new Error('aborted'));
      };
    });
  }

  return {
    request: (call, signal) =>
      pool.use((connection) => exchange(connection, call, signal, call.once !== true), signal),
    close: () => pool.close(failure(new Error('the client was closed'))),
  };
}
