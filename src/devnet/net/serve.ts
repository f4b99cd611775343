import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {linkedAbort} from '../../lib/foundation/async/abort.ts';
import {keepPagesOut} from './gate.ts';
import {listenOn} from './listen.ts';

/** A reply, its headers in their order; `content-length` is added behind them. */
export type HttpReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Answers a request; null hangs up without a reply, as does an error.
 * @param signal aborts when the client hangs up and when the server closes
 */
export type HttpHandler = (request: IncomingMessage, signal: AbortSignal) => Promise<HttpReply | null>;

export type HttpServer = {
  readonly port: number;
  /** Aborts when the server closes. */
  readonly closed: AbortSignal;
  /** Ends it as a crash does: what is open gets no reply. */
  close(): Promise<void>;
};

/**
 * Serves HTTP on a loopback address; port 0 takes a free one.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function serveHttp(host: string, port: number, handler: HttpHandler): Promise<HttpServer> {
  const {controller: closing} = linkedAbort();
  const server = createServer((request, response) => {
    const {controller, unlink} = linkedAbort(closing.signal);
    response.once('close', () => {
      unlink();
      if (!response.writableFinished) controller.abort(new Error('the client hung up'));
    });
    handler(request, controller.signal).then(
      (reply) => send(response, reply),
      () => response.destroy(), // the client hung up, or the server closes
    );
  });
  keepPagesOut(server);
  const taken = await listenOn(server, host, port);
  return {
    port: taken,
    closed: closing.signal,
    close: async () => {
      closing.abort(new AosError('INTERRUPTED', 'the server closes'));
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await ended;
    },
  };
}

/** The method and path of a request, such as `GET /api/v1/status`. */
export function routeOf({method = '', url = ''}: IncomingMessage): string {
  return `${method} ${url.split('?')[0] ?? ''}`;
}

function send(response: ServerResponse, reply: HttpReply | null): void {
  if (reply === null) {
    response.destroy();
    return;
  }
  const {status, headers, body} = reply;
  response.writeHead(status, {...headers, 'content-length': Buffer.byteLength(body)}).end(body);
}
