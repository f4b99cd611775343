import {connect as connectTcp, isIP, type Socket} from 'node:net';
import {connect as connectTls, type TLSSocket} from 'node:tls';
import {abortable} from '../../../foundation/async/abort.ts';
import type {TlsOptions} from '../../../peers/http/connection-pool.ts';

type Target = {host: string; port: number};

function ready<T extends Socket>(
  open: () => T,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<T> {
  return abortable(signal, (resolve, reject) => {
    const socket = open();
    socket.once(event, () => resolve(socket));
    // `on`: a socket may fail once more while it closes, which changes nothing.
    socket.on('error', reject);
    socket.once('close', () =>
      reject(Object.assign(new Error('connection closed during the handshake'), {code: 'ECONNRESET'})),
    );
    return (isAborted) => {
      if (isAborted) socket.destroy();
    };
  });
}

/** Opens a TCP connection; rejects with Node's error or the signal's reason. The caller destroys the socket. */
export function openTcp({host, port}: Target, signal: AbortSignal): Promise<Socket> {
  return ready(() => connectTcp({host, port}), 'connect', signal);
}

/** Opens a TLS connection; `verify: false` takes any certificate. */
export function openTls(
  {host, port}: Target,
  tls: TlsOptions,
  verify: boolean,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const options = {
    host,
    port,
    ...(isIP(host) === 0 ? {servername: host} : {}),
    rejectUnauthorized: verify,
    ALPNProtocols: ['http/1.1'],
    ...tls,
  };
  return ready(() => connectTls(options), 'secureConnect', signal);
}

/** Writes `text` and waits for the first bytes back; rejects when the peer closes without any. */
export function ask(socket: Socket, text: string, signal: AbortSignal): Promise<string> {
  return abortable<string>(signal, (resolve, reject) => {
    const onData = (chunk: Buffer): void => resolve(chunk.toString('latin1'));
    socket.once('data', onData);
    socket.on('error', reject);
    socket.once('close', () =>
      reject(Object.assign(new Error('connection closed without an answer'), {code: 'ECONNRESET'})),
    );
    socket.write(text);
    return () => socket.off('data', onData);
  });
}
