import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {ListenAddress} from '../../config/config.ts';
import {isLoopbackUrl} from '../../config/loopback-url.ts';
import {ipAddress, isLoopbackAddress} from '../../foundation/system/ip-address.ts';
import type {Routes} from './routes.ts';

/** The metrics port. */
export type MetricsServer = {
  /** Its real port. */
  port: number;
  close(): Promise<void>;
};

/** Scrapers are few, and connections above that are cut: they never take files that /ping needs. */
const MOST_CONNECTIONS = 32;
/** How often the limits below are looked at; Node’s own 30 s would leave the port to a peer that holds its connections. */
const LOOK_EVERY_MS = 1_000;
const HEAD_MS = 3_000;
const REQUEST_MS = 5_000;
const KEEP_MS = 65_000;

/**
 * Serves the metrics port: GET and HEAD, nothing is read of a body. On loopback the Host must be of this machine, because a
 * web page can lead the browser of its reader to a name of its own that points to 127.0.0.1.
 * @throws the system's error when it cannot listen
 */
export function startMetricsServer(address: ListenAddress, routes: Routes): Promise<MetricsServer> {
  const server = createServer(
    {
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
    },
    (request, response) => void answer(request, response, routes),
  );
  server.maxConnections = MOST_CONNECTIONS;
  // Those that only wait for their next request make room for the next try.
  server.on('drop', () => server.closeIdleConnections());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({host: address.host, port: address.port}, () => {
      server.off('error', reject);
      server.on('error', () => {}); // an accept failed: the next one may not
      resolve({port: (server.address() as AddressInfo).port, close: () => closed(server)});
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const {method = '', url = '/', headers, socket} = request;
  try {
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, {allow: 'GET, HEAD', connection: 'close'}).end();
      return;
    }
    if (isLoopbackAddress(ipAddress(socket.localAddress ?? '') ?? '') && !isOwnHost(headers.host)) {
      response.writeHead(403, {connection: 'close'}).end();
      return;
    }
    const {status, type, body} = await routes(url);
    response.writeHead(status, {
      ...(type === '' ? {} : {'content-type': type}),
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    });
    response.end(method === 'HEAD' ? undefined : body);
  } catch {
    // A path that is no URL, or a metric that could not be read.
    if (!response.headersSent)
      response
        .writeHead(500, {'content-type': 'application/json'})
        .end('{"message":"Internal server error"}\n');
  }
}

/** Whether a Host header names this machine itself. */
function isOwnHost(host: string | undefined): boolean {
  return host !== undefined && URL.canParse(`http://${host}`) && isLoopbackUrl(`http://${host}`);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
