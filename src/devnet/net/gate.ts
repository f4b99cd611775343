import type {IncomingMessage, Server, ServerResponse} from 'node:http';
import type {Duplex} from 'node:stream';

const LOOPBACK = /^(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?$/i;

/**
 * Keeps web pages out of a server: a browser sends `Origin`, and a name that someone else points to 127.0.0.1 is in `Host`. Call
 * it when all handlers of the server are set.
 */
export function keepPagesOut(server: Server): void {
  const requests = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[];
  const upgrades = server.listeners('upgrade') as ((...args: [IncomingMessage, Duplex, Buffer]) => void)[];
  server.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!isOfPage(request)) for (const handle of requests) handle.call(server, request, response);
    else response.writeHead(403, {connection: 'close'}).end();
  });
  if (upgrades.length === 0) return;
  server
    .removeAllListeners('upgrade')
    .on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (!isOfPage(request)) for (const handle of upgrades) handle.call(server, request, socket, head);
      else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    });
}

/** A client of HTTP/1.0 sends no `Host`; a browser always does. */
function isOfPage({headers: {origin, host}}: IncomingMessage): boolean {
  return origin !== undefined || (host !== undefined && !LOOPBACK.test(host));
}
