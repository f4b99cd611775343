import {readFileSync} from 'node:fs';
import {createServer as createHttpServer, type IncomingMessage, type RequestListener} from 'node:http';
import {createServer as createTcpServer, type AddressInfo, type Server, type Socket} from 'node:net';
import {onTestFinished} from 'vitest';
import {startDevSigner, type DevSigner, type DevSignerOptions} from '../../src/devnet/signer/signer.ts';
import {
  createWeb3Signer,
  type Web3Signer,
  type Web3SignerOptions,
} from '../../src/lib/peers/signer/web3signer.ts';

/** The stand-in's default account: key K3 of the Web3Signer documentation. */
export const OPERATOR = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
export const OTHER_ADDRESS = '0x7577919aE5DF4941180EaC211965F275CDcE314D';
/** Key of the Web3Signer integration tests, of {@link OTHER_ADDRESS}. */
export const OTHER_KEY = '0x86e6fa33d44da09c2b3860767dc929e31eefc43891872bbe97365a357fb758f3';

/** A stand-in on a free port, closed when the test ends. */
export async function devSigner(options: Partial<DevSignerOptions> = {}): Promise<DevSigner> {
  const signer = await startDevSigner({chainId: 31337, ...options});
  onTestFinished(() => signer.close());
  return signer;
}

/** A client of it, closed when the test ends. */
export function client(url: string, options: Partial<Web3SignerOptions> = {}): Web3Signer {
  const signer = createWeb3Signer({url, address: OPERATOR, timeoutMs: 2000, ...options});
  onTestFinished(() => signer.close());
  return signer;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Any HTTP server on 127.0.0.1; resolves with its URL. */
export async function httpServer(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

/** Any TCP server on 127.0.0.1; resolves with its port. */
export async function tcpServer(listener: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    listener(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return port;
}

/** A port on 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A PEM file of test/fixtures/tls. */
export const pem = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
