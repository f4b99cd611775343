import {connect as connectTcp, isIP, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {abortable} from '../../foundation/async/abort.ts';
import {afterReading, systemTime} from '../../foundation/system/system-time.ts';
import {networkCode} from './network-code.ts';

/** How long the port is asked which scheme it speaks, ms. */
const LIMIT_MS = 4_000;
/** A look counts for so long, ms: a peer that is tried again without end is not looked at each time. */
const LOOK_AGAIN_MS = 60_000;

/** What a plain request is answered with, by nginx and Go, on a port that speaks TLS; a peer may also mean it. */
export const PLAIN_REFUSED = Object.assign(new Error('HTTP 400'), {code: 'ERR_PLAIN_REFUSED'});

/** Errors of a plain request that meets TLS. */
const OF_PLAIN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ERR_PLAIN_REFUSED']);
/** Errors of TLS that meets something plain. */
const OF_TLS: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'EPROTO',
  'UND_ERR_SOCKET',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
]);
/** What nginx, Go and Apache answer in plain text on a port that speaks TLS. */
const OF_TLS_PORT = /https (?:port|server)|ssl-enabled/i;
/** The fields of an opening handshake (RFC 6455, section 4.1); its key is worth nothing here. */
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  '',
].join('\r\n');
const OTHER: Readonly<Record<string, string>> = {
  'http:': 'https:',
  'https:': 'http:',
  'ws:': 'wss:',
  'wss:': 'ws:',
};

/** The mistake of a wrong scheme. */
export type SchemeFault = {
  /** In words that follow the name of the peer. */
  what: string;
  /** Scheme, host and port to write. */
  right: string;
  /** Those that are written now. */
  wrong: string;
};

/** Looks for that mistake; null: the scheme is not to blame. */
export type SchemeLook = (error: unknown, signal?: AbortSignal) => Promise<SchemeFault | null>;

/** Creates what looks at one URL as {@link rightScheme} does, once a minute at most. */
export function createSchemeLook(url: string): SchemeLook {
  let last: {at: number; right: Promise<string | null>} | null = null;
  return async (error, signal) => {
    if (!isSuspect(error, url)) return null;
    const at = systemTime.monotonic();
    if (last === null || at - last.at > LOOK_AGAIN_MS) last = {at, right: rightScheme(url, error, signal)};
    const right = await last.right;
    // A look that was ended says nothing.
    if (right === null && signal?.aborted === true) last = null;
    return right === null ? null : {what: schemeMistake(url), right, wrong: originOf(url)};
  };
}

/**
 * Finds out whether a port speaks TLS where a URL says that it does not, or the reverse. Nothing is asked unless the error
 * is one that such a mistake gives.
 * @param error what a request to the URL failed with; of its causes too
 * @returns scheme, host and port that are right, without a path, which may be secret; null: the scheme is not to blame
 */
export async function rightScheme(url: string, error: unknown, signal?: AbortSignal): Promise<string | null> {
  const {protocol, hostname, port: given} = new URL(url);
  const isPlain = isPlainScheme(protocol);
  const other = OTHER[protocol];
  if (other === undefined || !isSuspect(error, url)) return null;
  const port = given === '' ? (isPlain ? 80 : 443) : Number(given);
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const isTls = await speaksTls(host, port, signal).catch(() => false);
  const isOther = isPlain
    ? isTls
    : !isTls && (await speaksHttp({host, port, isSocket: protocol === 'wss:'}, signal).catch(() => false));
  return isOther ? `${other}//${hostname}:${port}` : null;
}

/** Scheme, host and port of a URL, without what may be secret in it. */
export function originOf(url: string): string {
  const {protocol, host} = new URL(url);
  return `${protocol}//${host}`;
}

/** The two mistakes, in words that follow the name of the peer. */
export function schemeMistake(url: string): string {
  const {protocol} = new URL(url);
  return isPlainScheme(protocol)
    ? `speaks TLS on this port, and the URL says ${protocol}//`
    : `speaks no TLS on this port, and the URL says ${protocol}//`;
}

const isPlainScheme = (protocol: string): boolean => protocol === 'http:' || protocol === 'ws:';

/** Whether a wrong scheme gives such an error. */
function isSuspect(error: unknown, url: string): boolean {
  const isPlain = isPlainScheme(new URL(url).protocol);
  const codes = isPlain ? OF_PLAIN : OF_TLS;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = networkCode(cause);
    if (codes.has(code) || (isPlain && code.startsWith('HPE_'))) return true;
  }
  return false;
}

function speaksTls(host: string, port: number, signal?: AbortSignal): Promise<boolean> {
  return asked(signal, (answer) => {
    const name = isIP(host) === 0 ? {servername: host} : {};
    // Which certificate it shows is not the question here; nothing is sent.
    const socket = connectTls({host, port, rejectUnauthorized: false, ...name});
    socket.on('secureConnect', () => answer(true));
    return socket;
  });
}

function speaksHttp(
  {host, port, isSocket}: {host: string; port: number; isSocket: boolean},
  signal?: AbortSignal,
): Promise<boolean> {
  // A server of WebSockets alone may answer nothing else.
  const more = isSocket ? UPGRADE : 'Connection: close\r\n';
  return asked(signal, (answer) => {
    const socket = connectTcp({host, port});
    socket.on('connect', () => socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`));
    socket.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      answer(text.startsWith('HTTP/') && !OF_TLS_PORT.test(text));
    });
    return socket;
  });
}

function asked(
  signal: AbortSignal | undefined,
  open: (answer: (is: boolean) => void) => Socket,
): Promise<boolean> {
  return abortable<boolean>(signal, (resolve) => {
    const socket = open(resolve);
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    const cancel = afterReading(LIMIT_MS, () => resolve(false));
    return () => {
      cancel();
      socket.destroy();
    };
  });
}
