import {readFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import type {Time} from '../../src/lib/foundation/time/time.ts';
import {bodyOf, pem} from './signer.ts';

/** What a server of one make says, with the fields that its documents have. */
export type EngineFixture = {
  model: string;
  gets: Record<string, unknown>;
  chat: Record<string, unknown>[];
  completions: Record<string, unknown>[];
  expect: Record<string, string>;
  /** Fields that it is to be sent, and that it is not to be. */
  sends: string[];
  lacks: string[];
  places?: number;
  logprobs?: boolean | {chat: boolean; completions: boolean};
};

export const ENGINES = ['vllm', 'llama-cpp', 'ollama', 'tgi', 'ray-serve'] as const;

export function engineFixture(name: (typeof ENGINES)[number]): EngineFixture {
  const file = new URL(`../fixtures/engines/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as EngineFixture;
}

/** Plays a reply to a request in place of the recorded one. */
export type Play = (response: ServerResponse, request: IncomingMessage) => void;

export type EngineServer = {
  url: string;
  fixture: EngineFixture;
  /** The bodies of the requests that were put. */
  asked: Record<string, unknown>[];
  /** The headers of the last one, and of the last look. */
  headers: IncomingMessage['headers'];
  play: Play | null;
  /** Plays the replies to GET in place of the recorded ones. */
  playLook: Play | null;
  /** Connections that ended before their reply did. */
  broken: number;
  /** Takes no connection any more; those that are open stay open. */
  vanish(): void;
  close(): void;
};

/** One event of a stream. */
export const event = (data: unknown): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

export function stream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8'});
}

/** A server that plays what one of that make says; closed when the test ends. */
export async function engineServer(
  fixture: EngineFixture,
  {time, paceMs = 0, isTls = false}: {time?: Time; paceMs?: number; isTls?: boolean} = {},
): Promise<EngineServer> {
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('close', () => {
      if (!response.writableEnded) engine.broken += 1;
    });
    engine.headers = request.headers;
    const {pathname} = new URL(request.url ?? '/', 'http://engine');
    if (request.method === 'GET') {
      if (engine.playLook !== null) engine.playLook(response, request);
      else if (pathname in engine.fixture.gets)
        response
          .writeHead(200, {'content-type': 'application/json'})
          .end(JSON.stringify(engine.fixture.gets[pathname]));
      else response.writeHead(404, {'content-type': 'application/json'}).end('{"detail":"Not Found"}');
      return;
    }
    void bodyOf(request).then((text) => {
      engine.asked.push(JSON.parse(text) as Record<string, unknown>);
      if (engine.play !== null) {
        engine.play(response, request);
        return;
      }
      const chunks = pathname === '/v1/chat/completions' ? engine.fixture.chat : engine.fixture.completions;
      const out = stream(response);
      const parts = [...chunks.map(event), event('[DONE]')];
      const next = (): void => {
        const part = parts.shift();
        if (part === undefined) out.end();
        else {
          out.write(part);
          if (paceMs > 0 && time !== undefined) time.after(paceMs, next);
          else next();
        }
      };
      next();
    });
  };
  const server = isTls
    ? createTlsServer({cert: pem('server'), key: pem('server-key')}, serve)
    : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const engine: EngineServer = {
    url: `${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fixture: structuredClone(fixture),
    asked: [],
    headers: {},
    play: null,
    playLook: null,
    broken: 0,
    vanish: () => void server.close(),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  onTestFinished(() => engine.close());
  return engine;
}
