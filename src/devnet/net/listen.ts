import type {Server} from 'node:net';
import {AosError, errorText} from '../../lib/foundation/errors/error.ts';

/**
 * Requires a loopback address: the devnet signs for every caller, so no part of it listens or connects beyond this machine.
 * @throws AosError NOT_LOOPBACK
 */
export function requireLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) return;
  throw new AosError('NOT_LOOPBACK', `${host} is not a loopback address`);
}

/**
 * Starts a TCP or HTTP server on a loopback address; port 0 takes a free one. Resolves with the port.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function listenOn(server: Server, host: string, port: number): Promise<number> {
  requireLoopback(host);
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(
        new AosError('PORT_IN_USE', `cannot listen on ${host}:${port}: ${errorText(error)}`, {cause: error}),
      );
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.removeListener('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
