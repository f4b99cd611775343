import {WebSocket} from 'ws';

/** Ends a connection as the published dispatcher does: without a closing handshake, 1006 for the other side. */
export function hangUp(socket: WebSocket): void {
  socket.terminate();
}

/** Ends a connection on purpose: `close` as always, a code with its words by a closing handshake. */
export function hangUpWith(
  socket: WebSocket,
  how: 'close' | {readonly code: number; readonly reason: string},
): void {
  if (how === 'close') hangUp(socket);
  else WebSocket.prototype.close.call(socket, how.code, how.reason);
}

/** From now on a close frame of the other side is not answered: the socket just ends. */
export function answerNoClose(socket: WebSocket): void {
  socket.close = () => socket.terminate();
}
