import type {Dispatcher} from 'undici';
import {createConnectionPool, type PooledConnection, type PoolOptions} from './connection-pool.ts';
import {networkCode} from './network-code.ts';

export type HttpRequest = {
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | null;
};

export type HttpAnswer = {status: number; contentType: string; body: string};

/** HTTP to one server over kept-alive connections. */
export type Transport = {
  /**
   * Sends one request and reads the whole answer, whatever its status.
   * @throws what `failure` makes of the network's error, or the signal's reason
   */
  request(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Closes every connection; requests in progress fail. */
  close(): Promise<void>;
};

/** Error codes of a peer that closed an idle connection while a request was being sent. */
const STALE: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Creates an HTTP client without a queue or streams of its own, which takes half the CPU of `undici.request`. Servers
 * close idle connections, so a request whose reused connection breaks before any answer is sent once more on a new one.
 * Use it only for requests that may arrive twice: a signature is the same, and an inference may run twice.
 * @param failure makes a typed error of what undici or the socket threw
 */
export function createTransport(
  origin: string,
  options: PoolOptions,
  failure: (error: unknown) => Error,
): Transport {
  const pool = createConnectionPool(origin, options);

  async function request(call: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer> {
    const connection = pool.acquire() ?? (await pool.wait(signal));
    try {
      return await exchange(connection, call, signal, true);
    } finally {
      pool.release(connection);
    }
  }

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
        signal?.removeEventListener('abort', onAbort);
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
        } else if (mayRetry && connection.reused && status === 0 && STALE.has(networkCode(error))) {
          // The client has dropped its broken socket, so this opens a new one. It must not run inside the callback:
          // undici is still emptying its queue there and throws an uncaught error for a new request.
          resolve(Promise.resolve().then(() => exchange(connection, call, signal, false)));
        } else {
          reject(failure(error));
        }
      };
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      signal?.addEventListener('abort', onAbort, {once: true});
      connection.client.dispatch(
        {method: call.method, path: call.path, headers: call.headers, body: call.body},
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
            signal?.removeEventListener('abort', onAbort);
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
    request,
    close: () => pool.close(failure(new Error('the client was closed'))),
  };
}
