import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import type {ListenAddress} from '../../config/config.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {CallbackReply} from './job/worker-requests.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** What the HTTP server tells the operator. */
export type ServerHandlers = {
  onProbe(): void;
  onCallback(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
};

export type OperatorServer = {
  /** Where `/ping` answers, with the real port. */
  publicUrl: string;
  /** Where workers call back. */
  callbackUrl: string;
  close(): Promise<void>;
};

const CALLBACKS: Readonly<Record<string, WorkerKind>> = {
  '/api/opml_callback': 'opml',
  '/api/tee_callback': 'tee',
  '/api/zkml_callback': 'zkml',
};
/** An answer is text; 8 MiB is far beyond any. */
const MAX_BODY = 8 * 1024 * 1024;
const MAX_WORKERS = 1_000;

/**
 * The operator's own HTTP server (docs/protocol.md#http-server-of-the-operator): `/ping` for the online detection on
 * the public address; callbacks and worker routes only over loopback, or on a listener of their own when `callbacks` is
 * given.
 * @throws AosError PORT_IN_USE | LISTEN_FAILED
 */
export async function startOperatorServer(
  options: {listen: ListenAddress; callbacks: ListenAddress | null},
  handlers: ServerHandlers,
): Promise<OperatorServer> {
  const routes = createRoutes(handlers);
  const own = options.callbacks;
  const main = await listen('net.rest_url', options.listen, (request, response) => {
    // A remote peer cannot reach a loopback address, so the address the socket ended on tells who may use the inner routes.
    const inner = own === null && isLoopback(request.socket.localAddress ?? '');
    void routes(request, response, inner);
  });
  try {
    const callbacks =
      own === null
        ? main
        : await listen(
            'workers.callback_listen',
            own,
            (request, response) => void routes(request, response, true),
          );
    return {
      publicUrl: urlOf(main, options.listen.host),
      callbackUrl: urlOf(callbacks, (own ?? options.listen).host),
      close: async () => {
        await Promise.all([close(main), callbacks === main ? undefined : close(callbacks)]);
      },
    };
  } catch (error) {
    await close(main);
    throw error;
  }
}

type Routes = (request: IncomingMessage, response: ServerResponse, inner: boolean) => Promise<void>;

function createRoutes(handlers: ServerHandlers): Routes {
  const workers = new Set<string>();

  async function inside(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kind = CALLBACKS[path];
    if (kind !== undefined) {
      const reply = await handlers.onCallback(kind, await bodyOf(request));
      // Work on the job first: the worker does not depend on this reply.
      await new Promise(setImmediate);
      send(response, reply.status, {code: reply.code, result: reply.message});
      return;
    }
    if (path === '/reister_worker' || path === '/receive_heart_beat') {
      const name = workerName(await bodyOf(request));
      if (path === '/reister_worker' && name !== undefined && workers.size < MAX_WORKERS) workers.add(name);
      const exist = name !== undefined && workers.has(name);
      send(response, 200, path === '/reister_worker' ? {code: 200, result: 'success'} : {exist});
      return;
    }
    notFound(response);
  }

  return async (request, response, inner) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    try {
      if (path === '/ping' && (request.method === 'GET' || request.method === 'HEAD')) {
        response.writeHead(200, {'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store'});
        response.end('pong');
        handlers.onProbe();
      } else if (inner && request.method === 'POST') await inside(path, request, response);
      else notFound(response);
    } catch (error) {
      if (error instanceof TooLarge) send(response, 413, {code: 413, result: 'body too large'});
      // The callback was not stored (a full disk, say): the worker may try again.
      else send(response, 503, {code: 503, result: errorText(error)});
    }
  };
}

class TooLarge extends Error {}

function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY) {
        reject(new TooLarge());
        request.pause();
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function workerName(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const name =
      typeof value === 'object' && value !== null && 'worker_name' in value ? value.worker_name : undefined;
    return typeof name === 'string' && name.length <= 200 ? name : undefined;
  } catch {
    return undefined; // not JSON: an unknown worker
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const close = status === 413 ? {connection: 'close'} : {};
  response.writeHead(status, {'content-type': 'application/json', ...close});
  response.end(JSON.stringify(body));
}

function notFound(response: ServerResponse): void {
  send(response, 404, {code: 404, result: 'not found'});
}

function listen(
  setting: string,
  address: ListenAddress,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer({headersTimeout: 10_000, requestTimeout: 60_000}, onRequest);
  server.maxConnections = 1_000;
  return new Promise((resolve, reject) => {
    // It stays: a later error is of a connection that could not be accepted, and must not end the process.
    server.on('error', (error) => reject(listenFailure(error, setting, address)));
    server.listen(address.port, address.host, () => resolve(server));
  });
}

function listenFailure(error: Error, setting: string, address: ListenAddress): AosError {
  const place = `${address.host}:${address.port}`;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new AosError('PORT_IN_USE', `${place} is in use`, {
      cause: error,
      next: say(`Change ${setting}, or stop the other program.`),
    });
  const next =
    code === 'EACCES'
      ? say(`Choose a port above 1023 in ${setting}.`)
      : say(`Correct ${setting}: 0.0.0.0 is every address of this machine.`);
  return new AosError('LISTEN_FAILED', `cannot listen on ${place}: ${errorText(error)}`, {
    cause: error,
    next,
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function urlOf(server: Server, host: string): string {
  const {port} = server.address() as AddressInfo;
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${reachable}:${port}`;
}

function isLoopback(address: NonNullable<Socket['localAddress']>): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
