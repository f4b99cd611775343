import type {IncomingMessage} from 'node:http';
import {jsonReply, textReply, type Reply} from './reply.ts';

const BODY_LIMIT = 10 * 1024 * 1024;

const isRpc = (request: IncomingMessage): boolean => request.method === 'POST' && request.url === '/';

/** Returns the host of a Host header without the port; keeps the brackets of IPv6. */
function hostName(header: string): string {
  return header.startsWith('[') ? header.slice(0, header.indexOf(']') + 1) : (header.split(':')[0] ?? '');
}

/** The checks of every request before its route: CORS, the host allow-list, the body limit, in this order. */
export type Gate = {
  refuse(request: IncomingMessage): Reply | undefined;
  body(request: IncomingMessage, done: (body: Buffer | 'too-large') => void): void;
  tooLarge(request: IncomingMessage): Reply;
};

/** Creates the checks. @param allowlist allowed host names; `*` or `all` allows any */
export function createGate(allowlist: readonly string[]): Gate {
  const allowed = new Set(allowlist.map((name) => name.toLowerCase()));
  const anyHost = allowed.has('*') || allowed.has('all');
  return {
    refuse(request) {
      const {origin, host = ''} = request.headers;
      if (origin !== undefined) return textReply(403, isRpc(request) ? '' : 'CORS Rejected - Invalid origin');
      if (anyHost || allowed.has(hostName(host).toLowerCase())) return undefined;
      return jsonReply(403, {message: 'Host not authorized.'}, 'application/json; charset=utf-8');
    },
    body(request, done) {
      const chunks: Buffer[] = [];
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= BODY_LIMIT) chunks.push(chunk);
      });
      request.on('end', () => {
        if (size > BODY_LIMIT) done('too-large');
        else done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
      });
    },
    tooLarge: (request) => textReply(413, isRpc(request) ? '' : 'Request Entity Too Large'),
  };
}
