import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocketServer} from 'ws';
import {answerNoClose} from './hang-up.ts';
import type {PublishedHub} from './hub.ts';
import {serveSocket} from './session.ts';

/** A larger frame ends the socket. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/**
 * The WebSocket side at path `/ws`. A handshake waits for the lock like everything else. The dispatcher sends no pings,
 * and answers no close frame.
 * @returns ends all sockets
 */
export function serveSockets(http: Server, hub: PublishedHub): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    // Pongs go out in the turn of their connection.
    autoPong: false,
  });

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer): Promise<void> => {
    const gone = new AbortController();
    stream.once('close', () => gone.abort(new Error('the client hung up')));
    await hub.lock.run(() => Promise.resolve(), gone.signal);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      answerNoClose(socket);
      const {remoteAddress, remotePort} = request.socket;
      serveSocket(socket, `${remoteAddress}:${remotePort}`, hub);
    });
  };

  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => {}); // its close follows
    const refusal = hub.faults.upgrade?.() ?? null;
    if (refusal !== null) refuse(stream, refusal.status, refusal.text);
    else if (request.url?.split('?')[0] !== '/ws') refuse(stream, 404, '');
    // Neither a client that hung up nor one of a closed dispatcher waits for an answer.
    else upgrade(request, stream, head).catch(() => stream.destroy());
  });

  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function refuse(stream: Duplex, status: number, text: string): void {
  const type = text === '' ? '' : 'content-type: text/plain; charset=utf-8\r\n';
  stream.end(
    `HTTP/1.1 ${status} \r\n${type}content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}
