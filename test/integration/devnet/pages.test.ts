import {createServer, request} from 'node:http';
import {afterAll, beforeAll, describe, expect, it, onTestFinished} from 'vitest';
import {WebSocket, WebSocketServer} from 'ws';
import {startAnvil} from '../../../src/devnet/chain/anvil.ts';
import {keepPagesOut} from '../../../src/devnet/net/gate.ts';
import {listenOn} from '../../../src/devnet/net/listen.ts';

const server = createServer((_request, response) => void response.end('served'));
const sockets = new WebSocketServer({server, path: '/ws'});
let port = 0;

beforeAll(async () => {
  keepPagesOut(server);
  port = await listenOn(server, '127.0.0.1', 0);
});
afterAll(async () => {
  sockets.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const status = (headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    request({port, host: '127.0.0.1', headers, agent: false}, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
const opened = (headers: Record<string, string>): Promise<string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {headers});
    socket.on('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.on('error', (error) => resolve(error.message));
  });

describe('a part of the devnet', () => {
  it.each([
    ['a program of this machine', {}, 200],
    ['localhost by name', {host: 'localhost:8545'}, 200],
    ['IPv6', {host: '[::1]:8545'}, 200],
    ['a web page', {origin: 'https://evil.example'}, 403],
    ['a page of a file', {origin: 'null'}, 403],
    ['a name that leads to 127.0.0.1', {host: 'rebind.evil.example'}, 403],
    ['a name that begins as it', {host: '127.0.0.1.evil.example'}, 403],
  ])('asked by %s', async (_name, headers, code) => {
    expect(await status(headers)).toBe(code);
    expect(await opened(headers)).toBe(code === 200 ? 'open' : 'Unexpected server response: 403');
  });
});

describe('the chain of a devnet', () => {
  it('lets no page of another origin in, and reads nothing that a form can send', async () => {
    const anvil = await startAnvil({blockTime: 3600});
    onTestFinished(() => anvil.close());
    const ask = async (type: string, method = 'POST') => {
      const response = await fetch(anvil.url, {
        method,
        headers: {'content-type': type, origin: 'https://evil.example'},
        ...(method === 'POST' ? {body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'} : {}),
      });
      return {
        status: response.status,
        allowed: response.headers.get('access-control-allow-origin'),
        text: await response.text(),
      };
    };
    // A browser asks first for JSON of another origin, and is not answered.
    expect(await ask('application/json', 'OPTIONS')).toMatchObject({status: 405, allowed: null});
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      expect(await ask(type)).toMatchObject({
        allowed: null,
        text: expect.stringContaining('Invalid request') as string,
      });
  });
});
