import type {IncomingMessage, ServerResponse} from 'node:http';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {WorkerRequest} from '../../../../src/lib/node/operator/ports.ts';
import {createOpmlClient} from '../../../../src/lib/peers/worker/opml.ts';
import {bodyOf, freePort, httpServer, tcpServer} from '../../../support/signer.ts';

const REQUEST: WorkerRequest = {
  requestId: 'a'.repeat(32),
  nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  model: 'tiny',
  prompt: 'naïve “request” 🙂\n',
  params: new Map(),
  callbackUrl: 'http://127.0.0.1:21001',
  replied: () => Promise.resolve(),
};

const never = new AbortController().signal;

function clientAt(url: string) {
  const client = createOpmlClient(url);
  onTestFinished(() => client.close());
  return client;
}

async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  return clientAt(await httpServer(answer));
}

const routeOf = ({method, url}: IncomingMessage): string => `${method ?? ''} ${url ?? ''}`;
const WELL = {method: 'GET', busy: null, open: 0, nodeId: null, places: null, isIdle: false};

describe('the status', () => {
  it.each([
    ['HTTP 500', 500, '{"msg":"0"}', ['GET']],
    ['HTTP 404 for both methods', 404, '', ['GET', 'POST']],
  ])('%s says WORKER_UNREACHABLE', async (_name, status, body, methods) => {
    const asked: string[] = [];
    const client = await serving((request, response) => {
      asked.push(request.method ?? '');
      response.writeHead(status).end(body);
    });
    await expect(client.status(never)).rejects.toMatchObject({code: 'WORKER_UNREACHABLE'});
    expect(asked).toEqual(methods);
  });

  it.each([404, 405])(
    'is asked by POST after HTTP %d for GET, and by POST alone from then on',
    async (no) => {
      const asked: string[] = [];
      const client = await serving((request, response) => {
        asked.push(routeOf(request));
        if (request.method === 'GET') response.writeHead(no).end('404 page not found');
        else response.end('{"code":0,"msg":"","data":"{\\"status\\":0,\\"node_id\\":\\"n\\"}"}');
      });
      expect(await client.status(never)).toMatchObject({
        method: 'POST',
        busy: null,
        open: 0,
        nodeId: 'n',
        places: 1,
      });
      expect(await client.status(never)).toMatchObject({
        method: 'POST',
        busy: null,
        open: 0,
        nodeId: 'n',
        places: 1,
      });
      expect(asked).toEqual(['GET /api/v1/status', 'POST /api/v1/status', 'POST /api/v1/status']);
    },
  );

  it('is asked by GET again when another program has the port', async () => {
    let takes = 'POST';
    const client = await serving((request, response) => {
      if (request.method === takes) response.end('{"msg":"0"}');
      else response.writeHead(404).end();
    });
    expect(await client.status(never)).toEqual({...WELL, places: 1, method: 'POST'});
    takes = 'GET';
    expect(await client.status(never)).toEqual(WELL);
  });

  it('is below the path of the URL', async () => {
    const asked: string[] = [];
    const url = await httpServer((request, response) => {
      asked.push(routeOf(request));
      response.end('{"msg":"0"}');
    });
    const client = clientAt(`${url}/llama/`);
    await client.status(never);
    expect([client.url, asked]).toEqual([`${url}/llama`, ['GET /llama/api/v1/status']]);
  });

  it('is asked for once more, on a new connection, when a kept one was closed meanwhile', async () => {
    const served = new Set<unknown>();
    let asked = 0;
    const client = await serving((request, response) => {
      asked += 1;
      if (served.has(request.socket)) request.socket.destroy();
      else response.end('{"msg":"0"}');
      served.add(request.socket);
    });
    await client.status(never);
    await client.status(never);
    expect({asked, connections: served.size}).toEqual({asked: 3, connections: 2});
  });

  it('says WORKER_UNREACHABLE when nothing listens, or it hangs up', async () => {
    const free = await freePort();
    await expect(clientAt(`http://127.0.0.1:${free}`).status(never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
      message: `opml worker 127.0.0.1:${free}: nothing listens there (ECONNREFUSED)`,
    });
    const port = await tcpServer((socket) => socket.destroy());
    await expect(clientAt(`http://127.0.0.1:${port}`).status(never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
      message: expect.stringContaining('it hung up before it had answered (') as string,
    });
    await expect(clientAt('http://nowhere.invalid').status(never)).rejects.toMatchObject({
      code: 'WORKER_UNREACHABLE',
      message: expect.stringContaining('opml worker nowhere.invalid: there is no such host (') as string,
    });
  });

  it('shows no credentials of its URL', async () => {
    const client = clientAt(`http://user:secret@127.0.0.1:${await freePort()}`);
    const error: unknown = await client.status(never).catch((reason: unknown) => reason);
    expect(`${String(error)} ${client.url}`).not.toContain('secret');
  });

  it('without end is refused', async () => {
    const client = await serving((_request, response) => {
      const chunk = Buffer.alloc(256 * 1024, ' ');
      const more = (): void => {
        // In a new turn: where writes end at once, the client beside it would never get to read.
        if (!response.destroyed) response.write(chunk, () => setImmediate(more));
      };
      more();
    });
    await expect(client.status(never)).rejects.toMatchObject({code: 'WORKER_REFUSED'});
  });

  it('ends with its signal', async () => {
    const client = await serving(() => {});
    const stop = new AbortController();
    const asked = client.status(stop.signal);
    stop.abort(new Error('over'));
    await expect(asked).rejects.toThrow('over');
  });
});

describe('a request', () => {
  it('is put in the form of the API', async () => {
    const bodies: unknown[] = [];
    const client = await serving((request, response) => {
      void bodyOf(request).then((body) => {
        const type = request.headers['content-type'];
        bodies.push({route: routeOf(request), type, body: JSON.parse(body) as unknown});
        response.end('{"code":200}');
      });
    });
    await client.ask(REQUEST, never);
    expect(bodies).toEqual([
      {
        route: 'POST /api/v1/question',
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

  it('was not taken where nothing listens', async () => {
    const client = clientAt(`http://127.0.0.1:${await freePort()}`);
    await expect(client.ask(REQUEST, never)).rejects.toMatchObject({code: 'WORKER_UNREACHABLE'});
  });

  it('was perhaps taken by a worker that hangs up after it, or in the middle of its reply', async () => {
    const port = await tcpServer((socket) => {
      socket.once('data', () => socket.destroy());
    });
    await expect(clientAt(`http://127.0.0.1:${port}`).ask(REQUEST, never)).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringContaining('after the request was sent') as string,
    });
    const half = await tcpServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
        socket.end();
      });
    });
    await expect(clientAt(`http://127.0.0.1:${half}`).ask(REQUEST, never)).rejects.toMatchObject({
      code: 'WORKER_LOST',
    });
  });

  it('is not put a second time on a connection that breaks', async () => {
    let asked = 0;
    const client = await serving((request, response) => {
      if (request.url === '/api/v1/status') {
        response.end('{"msg":"0"}');
        return;
      }
      asked += 1;
      request.socket.destroy();
    });
    await client.status(never);
    await expect(client.ask(REQUEST, never)).rejects.toMatchObject({code: 'WORKER_LOST'});
    expect(asked).toBe(1);
  });

  it('ends with its signal, or with the client', async () => {
    const client = await serving(() => {});
    const stop = new AbortController();
    const asked = client.ask(REQUEST, stop.signal);
    stop.abort(new Error('over'));
    await expect(asked).rejects.toThrow('over');
    const failed = expect(client.ask(REQUEST, never)).rejects.toMatchObject({code: 'WORKER_LOST'});
    await client.close();
    await failed;
  });
});
