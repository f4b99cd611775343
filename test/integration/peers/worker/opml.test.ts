import type {IncomingMessage, ServerResponse} from 'node:http';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {WorkerRequest} from '../../../../src/lib/node/operator/ports.ts';
import {createOpmlWorker} from '../../../../src/lib/peers/worker/opml.ts';
import {bodyOf, freePort, httpServer, tcpServer} from '../../../support/signer.ts';

const REQUEST: WorkerRequest = {
  requestId: 'a'.repeat(32),
  nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  model: 'tiny',
  prompt: 'naïve “request” 🙂\n',
  callbackUrl: 'http://127.0.0.1:21001',
};

const never = new AbortController().signal;

function workerAt(url: string) {
  const worker = createOpmlWorker({url, concurrency: 2, readyTimeoutMs: 1, answerTimeoutMs: 1, attempts: 1});
  onTestFinished(() => worker.close());
  return worker;
}

async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  return workerAt(await httpServer(answer));
}

describe('ready', () => {
  it.each([
    ['idle', 200, '{"msg":"0"}', undefined],
    ['idle with more to say', 200, '{"code":0,"msg":"0","data":[1]}', undefined],
    ['busy', 200, '{"msg":"3"}', 'WORKER_BUSY'],
    ['a number instead of a string', 200, '{"msg":0}', 'WORKER_BUSY'],
    ['no msg', 200, '{}', 'WORKER_BUSY'],
    ['an array', 200, '[]', 'WORKER_BUSY'],
    ['no JSON', 200, '<html>', 'WORKER_BUSY'],
    ['nothing', 200, '', 'WORKER_BUSY'],
    ['HTTP 500', 500, '{"msg":"0"}', 'WORKER_UNREACHABLE'],
    ['HTTP 404', 404, '', 'WORKER_UNREACHABLE'],
  ])('%s', async (_name, status, body, code) => {
    const paths: string[] = [];
    const worker = await serving((request, response) => {
      paths.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(status).end(body);
    });
    const asked = worker.ready(never);
    if (code === undefined) await expect(asked).resolves.toMatchObject({at: {nodeId: null}});
    else await expect(asked).rejects.toMatchObject({code});
    expect(paths).toEqual(['GET /api/v1/status']);
  });

  it('is asked once more, on a new connection, when a kept one was closed meanwhile', async () => {
    const served = new Set<unknown>();
    let asked = 0;
    const worker = await serving((request, response) => {
      asked += 1;
      if (served.has(request.socket)) request.socket.destroy();
      else response.end('{"msg":"0"}');
      served.add(request.socket);
    });
    await worker.ready(never);
    await worker.ready(never);
    expect({asked, connections: served.size}).toEqual({asked: 3, connections: 2});
  });

  it('says WORKER_UNREACHABLE when nobody listens, or hangs up', async () => {
    const free = await freePort();
    await expect(workerAt(`http://127.0.0.1:${free}`).ready(never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
      message: `opml worker 127.0.0.1:${free}: nothing listens there (ECONNREFUSED)`,
    });
    const port = await tcpServer((socket) => socket.destroy());
    await expect(workerAt(`http://127.0.0.1:${port}`).ready(never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
      message: expect.stringContaining('it hung up before it had answered (') as string,
    });
    await expect(workerAt('http://nowhere.invalid').ready(never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
      message: expect.stringContaining('opml worker nowhere.invalid: there is no such host (') as string,
    });
  });

  it('shows no credentials of its URL', async () => {
    const error: unknown = await workerAt(`http://user:secret@127.0.0.1:${await freePort()}`)
      .ready(never)
      .catch((reason: unknown) => reason);
    expect(String(error)).not.toContain('secret');
  });

  it('refuses an endless status', async () => {
    const worker = await serving((_request, response) => {
      const chunk = Buffer.alloc(256 * 1024, ' ');
      const more = (): void => {
        // In a new turn: where writes end at once, the client beside it would never get to read.
        if (!response.destroyed) response.write(chunk, () => setImmediate(more));
      };
      more();
    });
    await expect(worker.ready(never)).rejects.toMatchObject({code: 'WORKER_REFUSED'});
  });

  it('ends with its signal', async () => {
    const worker = await serving(() => {});
    const stop = new AbortController();
    const asked = worker.ready(stop.signal);
    stop.abort(new Error('over'));
    await expect(asked).rejects.toThrow('over');
  });
});

/** A free place at a worker that is idle and answers questions so. */
async function laneOf(question: (request: IncomingMessage, response: ServerResponse) => void) {
  const worker = await serving((request, response) => {
    if (request.method === 'GET') response.end('{"msg":"0"}');
    else question(request, response);
  });
  return {worker, lane: await worker.ready(never)};
}

describe('ask', () => {
  it('puts the question in the reference’s form', async () => {
    const bodies: unknown[] = [];
    const {lane} = await laneOf((request, response) => {
      void bodyOf(request).then((body) => {
        bodies.push({
          path: request.url,
          type: request.headers['content-type'],
          body: JSON.parse(body) as unknown,
        });
        response.end('{"code":200}');
      });
    });
    await lane.ask(REQUEST, never);
    expect(bodies).toEqual([
      {
        path: '/api/v1/question',
        type: 'application/json',
        body: {
          model: 'tiny',
          prompt: REQUEST.prompt,
          req_id: REQUEST.requestId,
          callback: 'http://127.0.0.1:21001/api/opml_callback',
        },
      },
    ]);
  });

  it.each([400, 404, 500, 503, 302])('says WORKER_REFUSED for HTTP %d', async (status) => {
    const {lane} = await laneOf((_request, response) => response.writeHead(status).end());
    await expect(lane.ask(REQUEST, never)).rejects.toMatchObject({code: 'WORKER_REFUSED'});
  });

  it('says WORKER_UNREACHABLE when the worker hangs up in the middle of its reply', async () => {
    const {lane} = await laneOf((_request, response) => {
      response.writeHead(200, {'content-length': '100'});
      response.write('half', () => response.destroy());
    });
    await expect(lane.ask(REQUEST, never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
    });
  });

  it('fails at once when the worker client is closed', async () => {
    const {worker, lane} = await laneOf(() => {});
    const asked = lane.ask(REQUEST, never);
    const failed = expect(asked).rejects.toMatchObject({code: 'WORKER_UNREACHABLE'});
    await worker.close();
    await failed;
  });
});
