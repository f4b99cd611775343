import {createServer, type IncomingMessage} from 'node:http';
import {Agent, request as post} from 'node:http';
import {listenOn} from '../src/devnet/net/listen.ts';

/** A worker in the reference API that calls back at once. */
export async function startInstantWorker(): Promise<{url: string; close(): Promise<void>}> {
  const agent = new Agent({keepAlive: true});
  const server = createServer((request, response) => {
    void answer(request).then((body) => {
      response.writeHead(200, {'content-type': 'application/json'});
      response.end(body);
    });
  });

  async function answer(request: IncomingMessage): Promise<string> {
    if (request.method === 'GET') return '{"code":200,"msg":"0"}';
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const {callback, req_id, model, prompt} = JSON.parse(Buffer.concat(chunks).toString()) as Record<
      string,
      string
    >;
    const body = JSON.stringify({
      req_id,
      node_id: '',
      model,
      prompt,
      answer: 'At once.',
      state_root: '00'.repeat(32),
    });
    const headers = {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)};
    const call = post(callback ?? '', {method: 'POST', agent, headers}, (reply) => reply.resume());
    call.on('error', (error) => process.stderr.write(`callback: ${error.message}\n`));
    call.end(body);
    return '{"code":200,"result":"success"}';
  }

  const port = await listenOn(server, '127.0.0.1', 0);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
