import {connect as connectTcp, isIP, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {abortable} from '../../foundation/async/abort.ts';
import {afterReading} from '../../foundation/system/system-time.ts';
import {networkCode} from './network-code.ts';

/** How long the port is asked which scheme it speaks, ms. */
const LIMIT_MS = 4_000;

/** Errors of a plain request that meets TLS. */
const OF_PLAIN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
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
const OTHER: Readonly<Record<string, string>> = {
  'http:': 'https:',
  'https:': 'http:',
  'ws:': 'wss:',
  'wss:': 'ws:',
};

/**
 * Finds out whether a port speaks TLS where a URL says that it does not, or the reverse. Nothing is asked unless the error
 * is one that such a mistake gives.
 * @param error what a request to the URL failed with; of its causes too
 * @returns scheme, host and port that are right, without a path, which may be secret; null: the scheme is not to blame
 */
export async function rightScheme(url: string, error: unknown, signal?: AbortSignal): Promise<string | null> {
  const {protocol, hostname, port: given} = new URL(url);
  const isPlain = protocol === 'http:' || protocol === 'ws:';
  const other = OTHER[protocol];
  if (other === undefined || !isSuspect(error, isPlain)) return null;
  const port = given === '' ? (isPlain ? 80 : 443) : Number(given);
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const answers = isPlain ? speaksTls(host, port, signal) : speaksHttp(host, port, signal);
  return (await answers.catch(() => false)) ? `${other}//${hostname}:${port}` : null;
}

/** Scheme, host and port of a URL, without what may be secret in it. */
export function originOf(url: string): string {
  const {protocol, host} = new URL(url);
  return `${protocol}//${host}`;
}

/** The two mistakes, in words that follow the name of the peer. */
export function schemeMistake(url: string): string {
  const {protocol} = new URL(url);
  return protocol === 'http:' || protocol === 'ws:'
    ? `speaks TLS on this port, and the URL says ${protocol}//`
    : `speaks no TLS on this port, and the URL says ${protocol}//`;
}

function isSuspect(error: unknown, isPlain: boolean): boolean {
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

function speaksHttp(host: string, port: number, signal?: AbortSignal): Promise<boolean> {
  return asked(signal, (answer) => {
    const socket = connectTcp({host, port});
    socket.on('connect', () => socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
    socket.on('data', (chunk: Buffer) => answer(chunk.toString('latin1', 0, 5) === 'HTTP/'));
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
