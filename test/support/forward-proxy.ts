import {createServer, request, type IncomingMessage, type Server} from 'node:http';
import {connect, type AddressInfo, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';

/** What a forward proxy of a test does, and what it saw. */
export type ForwardProxy = {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  port: number;
  /** `CONNECT rpc.example:443` and `POST http://rpc.example/`, in order. */
  seen: string[];
  /** The Proxy-Authorization of each. */
  authorizations: (string | undefined)[];
};

/**
 * A forward proxy on 127.0.0.1, closed when the test ends: every name leads to `to`.
 * @param refuse the status that it answers everything with; null: it hands everything on; 'silent': it never answers
 */
export async function forwardProxy(
  to: number,
  refuse: number | 'silent' | null = null,
): Promise<ForwardProxy> {
  const seen: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const note = (asked: IncomingMessage): void => {
    seen.push(`${asked.method ?? ''} ${asked.url ?? ''}`);
    authorizations.push(asked.headers['proxy-authorization']);
  };
  const server: Server = createServer((asked, reply) => {
    note(asked);
    if (refuse === 'silent') return;
    if (refuse !== null) {
      reply.writeHead(refuse, {'content-type': 'text/html'}).end('<h1>proxy</h1>');
      return;
    }
    const {pathname, search, host} = new URL(asked.url ?? '');
    const {'proxy-authorization': _, ...headers} = asked.headers;
    const options = {
      host: '127.0.0.1',
      port: to,
      path: `${pathname}${search}`,
      method: asked.method,
      headers: {...headers, host},
    };
    asked.pipe(
      request(options, (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      }).on('error', () => reply.writeHead(502).end()),
    );
  });
  server.on('connect', (asked: IncomingMessage, client: Socket) => {
    note(asked);
    client.on('error', () => undefined);
    if (refuse === 'silent') return;
    if (refuse !== null) {
      client.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const tunnel = connect(to, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.pipe(client);
      client.pipe(tunnel);
    });
    tunnel.on('error', () => client.destroy());
    sockets.add(tunnel);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const {port} = server.address() as AddressInfo;
  return {url: `http://127.0.0.1:${port}`, port, seen, authorizations};
}
