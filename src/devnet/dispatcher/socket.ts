import {createServer} from 'node:http';
import {WebSocketServer, type WebSocket} from 'ws';
import {LIMITS} from '../../lib/protocol/wire/json.ts';
import type {Hub} from './hub.ts';
import {serveOperator} from './session.ts';
import {keepPagesOut} from '../net/gate.ts';
import {listenOn} from '../net/listen.ts';

/** A connection that left this many pings in a row unanswered is taken for dead. */
const MAX_MISSED_PONGS = 3;

/**
 * The WebSocket side of the dispatcher, at path `/ws` (docs/protocol.md#envelope): messages up to 64 MiB, text or
 * binary, a ping to every connection each `pingIntervalMs`.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function startSockets(
  hub: Hub,
  {host, port, pingIntervalMs}: {host: string; port: number; pingIntervalMs: number},
): Promise<{port: number; close(): Promise<void>}> {
  const http = createServer((_, response) => {
    response.writeHead(426).end();
  });
  const sockets = new WebSocketServer({
    server: http,
    path: '/ws',
    maxPayload: LIMITS.bytes,
    perMessageDeflate: false,
  });
  // The HTTP server's errors come out here too; those of listening are `listenOn`'s.
  sockets.on('error', () => {});
  const missed = new WeakMap<WebSocket, number>();
  sockets.on('connection', (socket) => {
    missed.set(socket, 0);
    socket.on('pong', () => missed.set(socket, 0));
    serveOperator(socket, hub);
  });
  keepPagesOut(http);
  const bound = await listenOn(http, host, port);
  const pinging = setInterval(() => {
    for (const socket of sockets.clients) {
      const unanswered = missed.get(socket) ?? 0;
      missed.set(socket, unanswered + 1);
      if (unanswered >= MAX_MISSED_PONGS) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
  }, pingIntervalMs);

  return {
    port: bound,
    close: async () => {
      clearInterval(pinging);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      });
    },
  };
}
