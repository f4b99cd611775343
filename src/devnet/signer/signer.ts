import {
  createServer as createHttpServer,
  STATUS_CODES,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {createServer as createHttpsServer, type ServerOptions} from 'node:https';
import {listenOn, requireLoopback} from '../net/listen.ts';
import {createDownstream} from './downstream.ts';
import type {SignerFaults} from './faults.ts';
import {createGate} from './gate.ts';
import {DEV_SIGNER_KEY} from './keys.ts';
import {createKeyRing, loadedKeys, type LoadedKeys} from './ring.ts';
import {createRoutes} from './routes.ts';
import {hasHeader, type Reply} from './reply.ts';
import {routePath} from './path.ts';

export type DevSignerOptions = {
  /** A loopback address [127.0.0.1]. */
  host?: string;
  /** 0 takes a free port [0]. */
  port?: number;
  /** Private keys in hex, or a function that loads them, also at every reload [the documentation's example key]. */
  keys?: readonly string[] | (() => Promise<LoadedKeys>);
  chainId: number;
  /** The node behind the signer; absent for none. */
  downstreamUrl?: string;
  downstreamTimeoutMs?: number;
  /** Allowed host names, `*` for any [`localhost`, `127.0.0.1` and the host itself]. */
  hostAllowlist?: readonly string[];
  /** Connections that are idle, or wait for an answer, for longer than this are closed [30 s]. */
  idleCloseMs?: number;
  /** Serves TLS; with `requestCert` clients need a certificate of `ca`. */
  tls?: Pick<ServerOptions, 'key' | 'cert' | 'ca' | 'requestCert' | 'rejectUnauthorized'>;
  faults?: SignerFaults;
};

export type DevSigner = {
  url: string;
  /** A warning for the caller to print. */
  banner: string;
  /** Returns the addresses of the keys: 0x, lower-case, sorted. */
  addresses(): readonly string[];
  /** Replaces the faults. */
  setFaults(faults: SignerFaults): void;
  close(): Promise<void>;
};

/**
 * Starts a signer for devnets and tests with the HTTP routes, errors and signatures of Web3Signer in eth1 mode. It protects
 * no key, so it listens on loopback only.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE | USAGE (an invalid key)
 */
export async function startDevSigner(options: DevSignerOptions): Promise<DevSigner> {
  const {host = '127.0.0.1', port = 0, keys = [DEV_SIGNER_KEY], tls} = options;
  requireLoopback(host);
  let faults = options.faults ?? {};
  const load = typeof keys === 'function' ? keys : () => Promise.resolve({keys, errors: 0});
  // As in Web3Signer, the port opens only after the keys are loaded.
  const ring = await createKeyRing(load);
  const routes = createRoutes({
    ring,
    chainId: BigInt(options.chainId),
    faults: () => faults,
    downstream: createDownstream(options.downstreamUrl, options.downstreamTimeoutMs ?? 5000),
  });
  const gate = createGate(
    options.hostAllowlist ?? ['localhost', '127.0.0.1', host.includes(':') ? `[${host}]` : host],
  );
  const served = new WeakSet<IncomingMessage['socket']>();

  /** Answers as Vert.x does: without the headers that node:http adds by itself. */
  function answer(response: ServerResponse, reply: Reply): void {
    const vary = reply.isEarly === true || hasHeader(reply, 'vary') ? {} : {Vary: 'origin'};
    // To HEAD too Web3Signer gives the 404, without its length.
    const length = response.req.method === 'HEAD' ? {} : {'Content-Length': Buffer.byteLength(reply.body)};
    response.sendDate = false;
    response.removeHeader('connection');
    response.writeHead(reply.status, reply.message ?? STATUS_CODES[reply.status] ?? '', {
      ...vary,
      ...reply.headers,
      ...length,
    });
    response.end(reply.body);
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const {socket} = request;
    if (faults.reset === 'always' || (faults.reset === 'reused' && served.has(socket))) {
      request.destroy();
      return;
    }
    served.add(socket);
    if (faults.idleMs !== undefined) socket.setTimeout(faults.idleMs);
    const refused = gate.refuse(request, faults.host);
    if (refused !== undefined) {
      answer(response, refused);
      return;
    }
    gate.body(request, (body) => {
      if (faults.wedged === true && isRpcPost(request)) return;
      const deliver = (reply: Reply): void => {
        const {latencyMs = 0, backendMs = 0} = faults;
        const wait = (request.method === 'POST' ? latencyMs : 0) + (reply.isSigned === true ? backendMs : 0);
        if (wait === 0) answer(response, reply);
        else setTimeout(answer, wait, response, reply).unref();
      };
      if (typeof body === 'string') {
        deliver(gate.refuseBody(request, body));
        return;
      }
      const reply = routes(request, body);
      if (reply instanceof Promise) void reply.then(deliver);
      else deliver(reply);
    });
  }

  // A missing Host header is for the gate to refuse, and the length of headers too.
  const lenient = {requireHostHeader: false, maxHeaderSize: 65_536};
  const server =
    tls === undefined
      ? createHttpServer(lenient, onRequest)
      : createHttpsServer({...lenient, ...tls}, onRequest);
  // Vert.x has one idle limit for all states.
  server.keepAliveTimeout = 0;
  server.timeout = options.idleCloseMs ?? 30_000;
  const bound = await listenOn(server, host, port);
  const url = `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return {
    url,
    banner: `DEVELOPMENT SIGNER on ${url}: its keys are public and it signs for every local program. Never give it a real key.`,
    addresses: () =>
      loadedKeys(ring, faults)
        .all()
        .map((key) => key.address),
    setFaults(next) {
      faults = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether a request is for the threads that sign, or wait for the node. */
function isRpcPost({method, url}: IncomingMessage): boolean {
  return method === 'POST' && routePath(url) !== '/reload';
}
