import {connect} from 'node:net';
import {abortable} from '../../foundation/async/abort.ts';
import {afterReading} from '../../foundation/system/system-time.ts';

/** Connects to the host and port of a URL, without sending. @returns why that fails; null when it works */
export function connectFailure(url: string, limitMs: number, signal: AbortSignal): Promise<string | null> {
  const {hostname, port, protocol} = new URL(url);
  const number = port === '' ? (/^(wss|https):$/.test(protocol) ? 443 : 80) : Number(port);
  return tryConnect(hostname.replaceAll(/[[\]]/g, ''), number, limitMs, signal);
}

/** Opens and closes a TCP connection. @returns why that fails; null when it works */
export function tryConnect(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return abortable<string | null>(signal, (resolve) => {
    const socket = connect({host, port});
    const cancel = afterReading(limitMs, () => resolve(`no answer within ${limitMs / 1000} s`));
    socket.on('connect', () => resolve(null)).on('error', (error) => resolve(errorCode(error)));
    return () => {
      cancel();
      socket.destroy();
    };
  }).catch(() => 'interrupted');
}

/** Returns the code of a socket error, else its message. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
