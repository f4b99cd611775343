import {Socket} from 'node:net';
import {buildConnector, Pool, type Dispatcher} from 'undici';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {proxyText, type ProxyChoice} from '../../foundation/system/proxy-choice.ts';
import {basicAuth} from './basic-auth.ts';
import {networkProblem} from './network-code.ts';

/** What goes wrong at a proxy, and not at the peer behind it. Its text holds no password. */
export class ProxyFault extends Error {
  readonly next: NextStep;
  constructor(message: string, next: NextStep, cause?: unknown) {
    super(message, {cause});
    this.name = 'ProxyFault';
    this.next = next;
  }
}

/** Requests to one peer through a proxy. */
export type ProxiedPeer = {
  /** For undici: https in a tunnel; http by the proxy itself, since many proxies make tunnels to port 443 only. */
  readonly dispatcher: Dispatcher;
  /** Returns the proxy's own refusal that an answer is; null: it is the peer's answer. */
  faultOf(status: number): ProxyFault | null;
  /** Cuts the connections. */
  close(): Promise<void>;
};

type Peer = {choice: ProxyChoice; target: URL};

/** The longest wait for a proxy, ms. */
const LONGEST_MS = 5_000;
/** What a proxy has of the limit of a request, so that it is named when it is the one that is silent. */
const SHARE = 0.6;
const PROXY_AUTHENTICATION = 407;

/** Returns the fault in a chain of causes; null when no proxy is to blame. */
export function proxyFaultIn(error: unknown): ProxyFault | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof ProxyFault) return cause;
  return null;
}

/** Whether an answer may be the proxy's own: of an http URL it says so by its own answer that it does not reach the peer. */
export const isOfGateway = (status: number): boolean => status >= 502 && status <= 504;

/**
 * Opens the way to a peer through the proxy of a variable. No connection is made before the first request; a fault of the
 * proxy is a {@link ProxyFault} in the causes of what a request throws.
 * @param timeoutMs limit of a request
 * @throws ProxyFault for a variable that cannot be used
 */
export function openProxy(choice: ProxyChoice, target: URL, timeoutMs: number): ProxiedPeer {
  const peer: Peer = {choice, target};
  if (choice.url === null) throw unusable(choice);
  const proxy = choice.url;
  const limitMs = Math.min(LONGEST_MS, Math.ceil(timeoutMs * SHARE));
  const connect = toProxy(peer, limitMs);
  const authorization = authorizationOf(proxy);
  const gate = new Pool(proxy.origin, {
    connect,
    ...(target.protocol === 'https:' ? {headersTimeout: limitMs} : {}),
  });
  if (target.protocol === 'http:')
    return {
      dispatcher: gate.compose(forwarding(target, authorization)),
      faultOf: (status) => (status === PROXY_AUTHENTICATION ? refused(peer, status) : null),
      close: () => gate.destroy(),
    };
  const tunnels = new Pool(target.origin, {connect: inTunnel(gate, {peer, authorization, timeoutMs})});
  return {
    dispatcher: tunnels,
    faultOf: () => null,
    close: async () => {
      await Promise.all([tunnels.destroy(), gate.destroy()]);
    },
  };
}

/** Connects to the proxy itself. */
function toProxy(peer: Peer, timeout: number): buildConnector.connector {
  const connect = buildConnector({timeout});
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(away(peer, error), null);
    });
}

/** Hands a request for an http URL to the proxy, which makes it (RFC 9112, 3.2.2). */
function forwarding({host, origin}: URL, authorization: Readonly<Record<string, string>>) {
  return (dispatch: Dispatcher['dispatch']): Dispatcher['dispatch'] =>
    (options, handler) =>
      dispatch(
        {
          ...options,
          path: `${origin}${options.path}`,
          headers: {...headersOf(options.headers), host, ...authorization},
        },
        handler,
      );
}

/** Connects to the peer in a tunnel that the proxy makes. */
function inTunnel(
  gate: Pool,
  {
    peer,
    authorization,
    timeoutMs,
  }: {peer: Peer; authorization: Readonly<Record<string, string>>; timeoutMs: number},
): buildConnector.connector {
  const connect = buildConnector({timeout: timeoutMs});
  const {hostname, port} = peer.target;
  const path = `${hostname}:${port === '' ? '443' : port}`;
  return (options, callback) => {
    const made = gate.connect({path, headers: {host: path, ...authorization}}).then(
      ({socket, statusCode}) => {
        if (statusCode === 200 && socket instanceof Socket) return socket;
        socket.on('error', () => undefined).destroy();
        throw refused(peer, statusCode);
      },
      (error: unknown) => {
        throw proxyFaultIn(error) ?? away(peer, error);
      },
    );
    made.then(
      (socket) => connect({...options, httpSocket: socket}, callback),
      (error: unknown) => callback(error instanceof Error ? error : new Error('no tunnel'), null),
    );
  };
}

function headersOf(
  headers: Dispatcher.DispatchOptions['headers'],
): Record<string, string | string[] | undefined> {
  if (headers === undefined || headers === null) return {};
  if (!Array.isArray(headers)) return Symbol.iterator in headers ? Object.fromEntries(headers) : {...headers};
  const pairs = headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Basic authentication of the proxy (RFC 9110, 11.7.2). */
function authorizationOf(proxy: URL): Record<string, string> {
  const value = basicAuth(proxy);
  return value === null ? {} : {'proxy-authorization': value};
}

function unusable({variable, wrong}: ProxyChoice): ProxyFault {
  return new ProxyFault(
    `the variable ${variable} ${wrong ?? 'cannot be used'}`,
    say(`Set ${variable}=http://HOST:PORT, or unset it.`),
  );
}

/** The proxy took no connection, or broke it. */
function away({choice, target}: Peer, error: unknown): ProxyFault {
  return new ProxyFault(
    `the proxy of ${proxyText(choice)}: ${networkProblem(error)}`,
    say(`Correct ${choice.variable}, or add ${target.hostname} to NO_PROXY, or start the proxy.`),
    error,
  );
}

/** The proxy answered, and not with what the peer says. */
function refused({choice, target}: Peer, status: number): ProxyFault {
  const {variable} = choice;
  const name = `the proxy of ${proxyText(choice)}`;
  if (status === PROXY_AUTHENTICATION)
    return new ProxyFault(
      `${name} wants a user and a password, or refuses those that it got (HTTP 407)`,
      say(`Write them into ${variable}=http://USER:PASSWORD@HOST:PORT, with %40 for @.`),
    );
  if (status >= 500)
    return new ProxyFault(
      `${name} does not reach ${target.host} (HTTP ${status})`,
      say(
        `Check that ${target.host} is right and that the proxy has a way to it, or add ${target.hostname} to NO_PROXY.`,
      ),
    );
  return new ProxyFault(
    `${name} refuses to connect to ${target.host} (HTTP ${status})`,
    say(`Have the proxy allow ${target.host}, or add ${target.hostname} to NO_PROXY.`),
  );
}
