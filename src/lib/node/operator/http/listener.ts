import {createServer, type AddressInfo, type Server, type Socket} from 'node:net';
import type {ListenAddress} from '../../../config/config.ts';
import {AosError, errorText} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';

/** A port that takes connections and hands each of them on. */
export type Listener = {
  /** Its URL as this machine reaches it, with the real port. */
  url: string;
  /** Ends listening; open connections are left alone. */
  close(): Promise<void>;
};

/** Connections that the system keeps until we take them; it lowers this to its own limit. */
const BACKLOG = 4_096;

/**
 * @param options.setting the key that the address is of
 * @param options.onFailure a connection could not be accepted, for lack of file descriptors for example; the next may be
 * @throws AosError PORT_IN_USE | LISTEN_FAILED
 */
export function listen(
  address: ListenAddress,
  options: {setting: string; onSocket: (socket: Socket) => void; onFailure: (error: Error) => void},
): Promise<Listener> {
  const {port, host} = address;
  // As http.createServer has them: it ends its half of a connection itself.
  const server = createServer({allowHalfOpen: true, noDelay: true}, options.onSocket);
  return new Promise((resolve, reject) => {
    const refused = (error: Error): void => reject(listenFailure(error, options.setting, address));
    server.once('error', refused);
    server.listen({port, host, backlog: BACKLOG}, () => {
      server.off('error', refused);
      server.on('error', options.onFailure);
      resolve({url: urlOf(server, host), close: () => new Promise((done) => server.close(() => done()))});
    });
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

function urlOf(server: Server, host: string): string {
  const {port} = server.address() as AddressInfo;
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${reachable}:${port}`;
}
