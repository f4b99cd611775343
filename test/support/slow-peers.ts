import {createServer, type AddressInfo, type Server, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';

/** A server that never comes to an end: each sends a byte now and then, or nothing, and keeps the connection. */
const SLOW = {
  'accepts and says nothing': () => undefined,
  'never reads': (socket) => void socket.pause(),
  'drips its headers': (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx-slow: ', 'a'),
  'drips its body': (socket) =>
    drip(socket, 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n', ' '),
  'drips chunks': (socket) =>
    drip(
      socket,
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      '1\r\n \r\n',
    ),
  'drips the extension of a chunk': (socket) =>
    drip(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;x=', 'a'),
  'drips an error': (socket) =>
    drip(socket, 'HTTP/1.1 500 No\r\ncontent-type: text/plain\r\ncontent-length: 60000\r\n\r\n', 'e'),
  'is always about to answer': (socket) => drip(socket, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
  'drips garbage that may become HTTP': (socket) => drip(socket, '', '\r\n'),
} as const satisfies Record<string, (socket: Socket) => void>;

export type Slowness = keyof typeof SLOW;
export const SLOWNESSES = Object.keys(SLOW) as Slowness[];

const EVERY_MS = 5;

export type SlowPeer = {
  host: string;
  url: string;
  /** Connections so far. */
  connections(): number;
  /** Resolves when each connection so far is over. */
  left(): Promise<void>;
};

/** Such a server on a free port of 127.0.0.1, or on the Unix socket `path`, until the test ends. */
export async function slowPeer(how: Slowness, path?: string): Promise<SlowPeer> {
  const over: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    over.push(new Promise((resolve) => socket.once('close', () => resolve())));
    socket.on('error', () => {});
    socket.on('data', () => {});
    SLOW[how](socket);
  });
  await listen(server, path);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'string' ? 0 : (address as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    connections: () => over.length,
    async left() {
      // One that does not read does not see the end either.
      for (const socket of sockets) socket.resume();
      await Promise.all(over);
    },
  };
}

function listen(server: Server, path: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
}

/** Begins when the first byte came, for undici takes what comes before its request for garbage. */
function drip(socket: Socket, begin: string, then: string): void {
  socket.once('data', () => {
    socket.write(begin);
    const timer = setInterval(() => socket.write(then), EVERY_MS);
    socket.once('close', () => clearInterval(timer));
  });
}
