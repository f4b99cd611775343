import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

export type RpcRequest = {id: unknown; method: string; params: {data?: string}[]};
/** Null: pass the request on. `body` is sent as it is. */
export type Tamper = (request: RpcRequest) => {status: number; body: string} | 'silence' | null;

/** What is passed on instead of a request. */
export type Rewrite = (request: RpcRequest) => RpcRequest;

/** A JSON-RPC endpoint in front of another one, that answers some requests itself, or passes on others. */
export async function startRpcShim(
  target: string,
  tamper: Tamper,
  rewrite: Rewrite = (request) => request,
): Promise<{url: string; close(): Promise<void>}> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as RpcRequest;
      const answer = tamper(asked);
      if (answer === 'silence') return;
      response.setHeader('content-type', 'application/json');
      if (answer !== null) {
        response.writeHead(answer.status).end(answer.body);
        return;
      }
      const passed = await fetch(target, {
        method: 'POST',
        body: JSON.stringify(rewrite(asked)),
        headers: {'content-type': 'application/json'},
      });
      response.writeHead(passed.status).end(await passed.text());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
