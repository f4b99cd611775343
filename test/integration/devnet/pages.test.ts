import {createServer, request} from 'node:http';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {WebSocket, WebSocketServer} from 'ws';
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
