import type {Socket} from 'node:net';
import {expect, it, onTestFinished} from 'vitest';
import {createTransport} from '../../../../src/lib/peers/http/transport.ts';
import {tcpServer} from '../../../support/signer.ts';

const GET = {method: 'GET', path: '/', headers: {}, body: null} as const;
const PONG = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npong';

it('a request that meets the reset of its idle connection is sent once more, and does not end the process', async () => {
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
  // In the very turn in which the server resets the connection: undici hears of it before it has written anything.
  await new Promise((resolve) => setImmediate(resolve));
  sockets[0]?.resetAndDestroy();
  expect(await transport.request(GET)).toMatchObject({body: 'pong'});
  expect(sockets).toHaveLength(2);
});
