import {connect} from 'node:net';

/** @returns why nobody listens where a URL leads; null when somebody does. Nothing is sent. */
export function whyNobody(url: string, limitMs: number, signal: AbortSignal): Promise<string | null> {
  const {hostname, port, protocol} = new URL(url);
  const number = port === '' ? (/^(wss|https):$/.test(protocol) ? 443 : 80) : Number(port);
  return canConnect(hostname.replaceAll(/[[\]]/g, ''), number, limitMs, signal);
}

/** @returns why nothing answers there; null when something does */
export function canConnect(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({host, port});
    const end = (why: string | null): void => {
      socket.destroy();
      signal.removeEventListener('abort', stop);
      resolve(why);
    };
    const stop = (): void => end('interrupted');
    signal.addEventListener('abort', stop, {once: true});
    socket.setTimeout(limitMs, () => end(`no answer within ${limitMs / 1000} s`));
    socket.on('connect', () => end(null)).on('error', (error) => end(errorCode(error)));
  });
}

/** What a socket's error is called: its code, else its message. */
export function errorCode(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
