import type {AddressInfo} from 'node:net';
import {WebSocketServer} from 'ws';
import {serveParent} from './processes.ts';

/** Sends every WebSocket message back: the peer of the round trip that is measured. */
const server = new WebSocketServer({host: '127.0.0.1', port: 0, perMessageDeflate: false});
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) socket.send(data, {binary: false});
  });
});
await new Promise((resolve) => server.once('listening', resolve));
serveParent({url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`}, () => Promise.resolve(null));
