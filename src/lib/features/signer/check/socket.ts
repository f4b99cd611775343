import {connect as connectTcp, isIP, type Socket} from 'node:net';
import {connect as connectTls, type TLSSocket} from 'node:tls';
import type {TlsOptions} from '../../../peers/http/lanes.ts';

type Target = {host: string; port: number};

function ready<T extends Socket>(
  socket: T,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    const settled = (): void => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, {once: true});
    socket.once(event, () => {
      settled();
      resolve(socket);
    });
    // `on`: a socket may fail once more while it closes, which nobody needs to hear.
    socket.on('error', (error) => {
      settled();
      reject(error);
    });
    socket.once('close', () => {
      settled();
      reject(Object.assign(new Error('connection closed during the handshake'), {code: 'ECONNRESET'}));
    });
  });
}

/** Opens a TCP connection; rejects with Node's error or the signal's reason. The caller destroys the socket. */
export function openTcp({host, port}: Target, signal: AbortSignal): Promise<Socket> {
  return ready(connectTcp({host, port}), 'connect', signal);
}

/** Opens a TLS connection; `verify: false` takes any certificate. */
export function openTls(
  {host, port}: Target,
  tls: TlsOptions,
  verify: boolean,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connectTls({
    host,
    port,
    ...(isIP(host) === 0 ? {servername: host} : {}),
    rejectUnauthorized: verify,
    ALPNProtocols: ['http/1.1'],
    ...tls,
  });
  return ready(socket, 'secureConnect', signal);
}

/** Writes `text` and waits for the first bytes back; rejects when the peer closes without any. */
export function ask(socket: Socket, text: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, {once: true});
    socket.once('data', (chunk: Buffer) => {
      signal.removeEventListener('abort', onAbort);
      resolve(chunk.toString('latin1'));
    });
    socket.on('error', reject);
    socket.once('close', () =>
      reject(Object.assign(new Error('connection closed without an answer'), {code: 'ECONNRESET'})),
    );
    socket.write(text);
  });
}
