import {connect} from 'node:net';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {ListenAddress} from '../../../../../src/lib/config/config.ts';
import {systemTime} from '../../../../../src/lib/foundation/system/system-time.ts';
import type {Caller} from '../../../../../src/lib/node/operator/http/caller.ts';
import {startOperatorServer, type OperatorServer} from '../../../../../src/lib/node/operator/http/server.ts';
import type {
  PortRefusal,
  ServerHandlers,
  ServerOptions,
} from '../../../../../src/lib/node/operator/http/options.ts';
import type {CallbackReply} from '../../../../../src/lib/node/operator/job/worker-requests.ts';
import {rawHttp} from '../../../../support/raw-http.ts';
import {freePort, tcpServer} from '../../../../support/signer.ts';

const LOCAL: ListenAddress = {host: '127.0.0.1', port: 0};
const TAKEN: CallbackReply = {status: 200, code: 200, message: 'success'};

type Stage = OperatorServer & {
  probes: Caller[];
  callbacks: {kind: string; body: string}[];
  refused: PortRefusal[];
  port: number;
};

const OPTIONS: ServerOptions = {
  listen: LOCAL,
  callbacks: null,
  teePort: null,
  callbackUrl: 'http://127.0.0.1:21001',
  trustedProxies: [],
  files: {limit: 1_000_000, lack: () => null},
  time: systemTime,
};
const HANDLERS: ServerHandlers = {
  onProbe: () => {},
  onRefused: () => {},
  isKnownRequest: () => Promise.resolve(true),
  onCallback: () => Promise.resolve(TAKEN),
};

async function stage(
  change: Partial<ServerOptions> = {},
  handlers: Partial<Pick<ServerHandlers, 'isKnownRequest' | 'onCallback'>> = {},
): Promise<Stage> {
  const probes: Caller[] = [];
  const refused: PortRefusal[] = [];
  const callbacks: Stage['callbacks'] = [];
  const server = await startOperatorServer(
    {...OPTIONS, ...change},
    {
      ...HANDLERS,
      ...handlers,
      onProbe: (caller) => probes.push(caller),
      onRefused: (refusal) => refused.push(refusal),
      onCallback: (kind, body) => {
        callbacks.push({kind, body: Buffer.from(body).toString()});
        return (handlers.onCallback ?? HANDLERS.onCallback)(kind, body);
      },
    },
  );
  onTestFinished(() => server.close());
  return {...server, probes, callbacks, refused, port: Number(new URL(server.publicUrl).port)};
}

const post = (url: string, path: string, body: string | Buffer = '{}') =>
  rawHttp(url, {method: 'POST', path, body});

describe('the operator’s HTTP server', () => {
  it('answers the network’s probe with pong, and tells of it', async () => {
    const server = await stage();
    expect(await rawHttp(server.publicUrl, {path: '/ping'})).toMatchObject({status: 200, body: 'pong'});
    expect(await rawHttp(server.publicUrl, {path: '/ping?x=1'})).toMatchObject({status: 200, body: 'pong'});
    expect(await rawHttp(server.publicUrl, {method: 'HEAD', path: '/ping'})).toMatchObject({
      status: 200,
      body: '',
    });
    expect(server.probes).toHaveLength(3);
    expect((await rawHttp(server.publicUrl, {method: 'POST', path: '/ping'})).status).toBe(404);
    expect(server.probes).toHaveLength(3);
  });

  it('takes callbacks of each kind and answers with their reply', async () => {
    const server = await stage();
    for (const kind of ['opml', 'tee', 'zkml']) {
      const answer = await post(server.callbackUrl, `/api/${kind}_callback`, `{"req_id":"${kind}"}`);
      expect(answer).toMatchObject({status: 200, body: '{"code":200,"result":"success"}'});
    }
    expect(server.callbacks).toEqual(
      ['opml', 'tee', 'zkml'].map((kind) => ({kind, body: `{"req_id":"${kind}"}`})),
    );
    expect((await rawHttp(server.callbackUrl, {path: '/api/opml_callback'})).status).toBe(404);
  });

  it('passes a refusal on, and asks to come again when the answer could not be stored', async () => {
    const refusing = await stage(
      {},
      {
        onCallback: () => Promise.resolve({status: 404, code: 404, message: 'no request waits'}),
      },
    );
    expect(await post(refusing.callbackUrl, '/api/opml_callback')).toMatchObject({
      status: 404,
      body: '{"code":404,"result":"no request waits"}',
    });
    const failing = await stage({}, {onCallback: () => Promise.reject(new Error('disk full'))});
    expect((await post(failing.callbackUrl, '/api/opml_callback')).status).toBe(503);
    expect((await rawHttp(failing.publicUrl, {path: '/ping'})).body).toBe('pong');
  });

  it('keeps everything but /ping off the public address when callbacks have their own', async () => {
    const server = await stage({callbacks: LOCAL});
    expect(server.callbackUrl).not.toBe(server.publicUrl);
    for (const path of [
      '/api/opml_callback',
      '/api/tee_callback',
      '/reister_worker',
      '/receive_heart_beat',
      '/',
    ]) {
      expect((await post(server.publicUrl, path, '{"worker_name":"w"}')).status, path).toBe(404);
    }
    expect(server.callbacks).toEqual([]);
    expect((await rawHttp(server.publicUrl, {path: '/ping'})).body).toBe('pong');
    expect((await post(server.callbackUrl, '/api/opml_callback')).status).toBe(200);
    expect(server.callbacks).toHaveLength(1);
  });

  describe('of tee workers, which know one port of this machine', () => {
    const paths = ['/api/tee_callback', '/api/opml_callback', '/api/zkml_callback', '/reister_worker'];
    const takenAt = async (url: string): Promise<string[]> => {
      const statuses = await Promise.all(paths.map(async (path) => (await post(url, path)).status));
      return paths.filter((_, index) => statuses[index] !== 404);
    };

    it('take them there, beside the address of the others', async () => {
      const teePort = await freePort();
      const server = await stage({callbacks: LOCAL, teePort});
      expect(await takenAt(`http://127.0.0.1:${teePort}`)).toEqual(['/api/tee_callback']);
      expect(await takenAt(server.publicUrl)).toEqual([]);
      expect(await takenAt(server.callbackUrl)).toEqual(paths);
      expect((await rawHttp(`http://127.0.0.1:${teePort}`, {path: '/api/tee_callback'})).status).toBe(404);
      await server.close();
      expect(await takenAt(`http://127.0.0.1:${teePort}`).catch(() => 'closed')).toBe('closed');
    });

    it('take them at the public port too where that is the one, over loopback alone', async () => {
      const teePort = await freePort();
      const server = await stage({listen: {host: '127.0.0.1', port: teePort}, callbacks: LOCAL, teePort});
      expect(await takenAt(server.publicUrl)).toEqual(['/api/tee_callback']);
      const proxied = {method: 'POST', path: '/api/tee_callback', headers: {via: '1.1 proxy'}};
      expect((await rawHttp(server.publicUrl, proxied)).status).toBe(403);
    });

    it('say which setting has the port that another program uses', async () => {
      const teePort = await tcpServer(() => {});
      await expect(startOperatorServer({...OPTIONS, teePort}, HANDLERS)).rejects.toMatchObject({
        code: 'PORT_IN_USE',
        next: {say: expect.stringContaining('workers.tee.callback_port') as string},
      });
    });
  });

  it('knows a worker once it has registered', async () => {
    const server = await stage();
    const beat = async (): Promise<string> =>
      (await post(server.callbackUrl, '/receive_heart_beat', '{"worker_name":"w","queue_length":1}')).body;
    expect(JSON.parse(await beat())).toMatchObject({exist: false});
    expect((await post(server.callbackUrl, '/reister_worker', '{"worker_name":"w"}')).status).toBe(200);
    expect(JSON.parse(await beat())).toMatchObject({exist: true});
    for (const garbage of ['not json', 'null', '{"worker_name":7}', '']) {
      await post(server.callbackUrl, '/reister_worker', garbage);
      expect(JSON.parse((await post(server.callbackUrl, '/receive_heart_beat', garbage)).body)).toEqual({
        exist: false,
      });
    }
  });

  it('refuses a body above 8 MiB with 413, and continues', async () => {
    const server = await stage();
    const answer = await post(
      server.callbackUrl,
      '/api/opml_callback',
      Buffer.alloc(8 * 1024 * 1024 + 1, 'x'),
    ).catch(
      // the server may hang up while we still write: that is a refusal too
      () => ({status: 413}),
    );
    expect(answer.status).toBe(413);
    expect(server.callbacks).toEqual([]);
    expect(
      (await post(server.callbackUrl, '/api/opml_callback', Buffer.alloc(8 * 1024 * 1024, 'x'))).status,
    ).toBe(200);
  });

  it('survives garbage instead of HTTP and callers that hang up in the middle of a body', async () => {
    const server = await stage();
    const port = Number(new URL(server.publicUrl).port);
    for (const text of [
      'GARBAGE\r\n\r\n',
      'GET /ping HTTP/9.9\r\n\r\n',
      'POST /api/opml_callback HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf',
      'POST /api/opml_callback HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(text));
        socket.on('error', () => {});
        socket.resume();
        socket.once('close', () => resolve());
      });
    }
    expect(server.callbacks).toEqual([]);
    expect((await rawHttp(server.publicUrl, {path: '/ping'})).body).toBe('pong');
  });

  it('answers others while one body comes slowly, and takes that one in the end', async () => {
    const server = await stage();
    const socket = connect(Number(new URL(server.callbackUrl).port), '127.0.0.1');
    const said: string[] = [];
    socket.on('data', (bytes) => said.push(bytes.toString()));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      'POST /api/opml_callback HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\nconnection: close\r\n\r\n',
    );
    for (const letter of 'slow') {
      expect((await rawHttp(server.publicUrl, {path: '/ping'})).body).toBe('pong');
      socket.write(letter);
    }
    await closed;
    expect(said.join('')).toContain('200 OK');
    expect(server.callbacks).toEqual([{kind: 'opml', body: 'slow'}]);
  });

  it('says which port is taken, and leaves nothing open when the second one is', async () => {
    const port = await tcpServer(() => {});
    const taken = {host: '127.0.0.1', port};
    await expect(startOperatorServer({...OPTIONS, listen: taken}, HANDLERS)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `127.0.0.1:${port} is in use`,
    });
    await expect(startOperatorServer({...OPTIONS, callbacks: taken}, HANDLERS)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      next: {say: 'Change workers.callback_listen, or stop the other program.'},
    });
  });

  it('does not call a port taken when the address is none of this machine', async () => {
    // 192.0.2.0/24 is kept for documentation (RFC 5737): no machine has an address of it.
    const elsewhere = {host: '192.0.2.1', port: 0};
    await expect(startOperatorServer({...OPTIONS, listen: elsewhere}, HANDLERS)).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining('cannot listen on 192.0.2.1:0') as string,
      next: {say: 'Correct net.rest_url: 0.0.0.0 is every address of this machine.'},
    });
  });

  it('closes although a caller keeps its connection', async () => {
    const server = await stage();
    const socket = connect(Number(new URL(server.publicUrl).port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.resume();
    await server.close();
    await gone;
  });
});
