import type {Socket} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {createTransport, type Transport} from '../../../../src/lib/peers/http/transport.ts';
import {tcpServer} from '../../../support/signer.ts';

const GET = {method: 'GET', path: '/', headers: {}, body: null} as const;
const PONG = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong';

/** A transport that has one idle connection, which the server resets now: undici hears of it before it writes anything. */
async function resetWhileIdle(): Promise<{transport: Transport; sockets: Socket[]}> {
  const sockets: Socket[] = [];
  const port = await tcpServer((socket) => {
    sockets.push(socket);
    socket.on('data', () => socket.write(PONG));
  });
  const transport = createTransport(
    `http://127.0.0.1:${port}`,
    {timeoutMs: 5_000},
    (error) => error as Error,
  );
  onTestFinished(() => transport.close());
  expect(await transport.request(GET)).toMatchObject({body: 'pong'});
  await new Promise((resolve) => setImmediate(resolve));
  sockets[0]?.resetAndDestroy();
  return {transport, sockets};
}

it('a request that meets the reset of its idle connection is sent once more, and does not end the process', async () => {
  const {transport, sockets} = await resetWhileIdle();
  expect(await transport.request(GET)).toMatchObject({body: 'pong'});
  expect(sockets).toHaveLength(2);
});

it('a request that is aborted before it meets that reset ends with the reason alone, and is not sent again', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const {transport, sockets} = await resetWhileIdle();
  const stopping = new AbortController();
  const request = transport.request(GET, stopping.signal);
  stopping.abort(new Error('the operator stops'));
  await expect(request).rejects.toThrow('the operator stops');

  expect(await transport.request(GET)).toMatchObject({body: 'pong'});
  expect([unhandled, sockets.length]).toEqual([[], 2]);
});
