import type {IncomingMessage} from 'node:http';
import {routePath} from './path.ts';
import {failureReply, jsonReply, rpcError, type Reply} from './reply.ts';

const BODY_LIMIT = 10 * 1024 * 1024;
/** Vert.x reads a form of this type itself and gives up where a field is longer. */
const FORM_FIELD_LIMIT = 1024;
const REQUEST_LINE_LIMIT = 4096;
const HEADERS_LIMIT = 8192;
const FOREIGN_ORIGIN = 'CORS Rejected - Invalid origin';

/** A name, an IPv4 address or an IPv6 one in brackets, and perhaps a port. */
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[\w.~!$&'()*+,;=%-]*)(?::\d*)?$/i;

const isRpc = (request: IncomingMessage): boolean =>
  request.method === 'POST' && routePath(request.url) === '/';

/** Returns the host of a Host header without the port; keeps the brackets of IPv6. */
function hostName(header: string): string {
  return header.startsWith('[') ? header.slice(0, header.indexOf(']') + 1) : (header.split(':')[0] ?? '');
}

/** The body of a request, or why there is none. */
type Body = Buffer | 'too-large' | 'long-form';

/** The checks of every request before its route: its size, CORS, the host allow-list, the body, in this order. */
export type Gate = {
  /** @param host the Host header as it comes from a proxy on the way; else that of the request */
  refuse(request: IncomingMessage, host: string | undefined): Reply | undefined;
  body(request: IncomingMessage, done: (body: Body) => void): void;
  /** The answer to a body that cannot be had. */
  refuseBody(request: IncomingMessage, why: Exclude<Body, Buffer>): Reply;
};

/** Creates the checks. @param allowlist allowed host names; `*` or `all` allows any */
export function createGate(allowlist: readonly string[]): Gate {
  const allowed = new Set(allowlist.map((name) => name.toLowerCase()));
  const anyHost = allowed.has('*') || allowed.has('all');
  return {
    refuse(request, host = request.headers.host) {
      const oversized = tooLong(request);
      if (oversized !== undefined) return oversized;
      if (host === undefined || !AUTHORITY.test(host))
        return {...failureReply(400, 'Bad Request'), isEarly: true};
      if (request.headers.origin !== undefined)
        return {
          ...failureReply(403, isRpc(request) ? '' : FOREIGN_ORIGIN),
          message: FOREIGN_ORIGIN,
          isEarly: true,
        };
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
        const type = (request.headers['content-type'] ?? '').toLowerCase();
        if (size > BODY_LIMIT) done('too-large');
        else if (type.startsWith('application/x-www-form-urlencoded') && size > FORM_FIELD_LIMIT)
          done('long-form');
        // Its parts are read as form fields, which leaves no body.
        else if (type.startsWith('multipart/form-data')) done(Buffer.alloc(0));
        else done(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
      });
    },
    refuseBody(request, why) {
      if (why === 'long-form')
        return isRpc(request) ? rpcError(400, 'null', -32603) : failureReply(400, 'Bad Request');
      const text = 'Request Entity Too Large';
      return {...failureReply(413, isRpc(request) ? '' : text), message: text};
    },
  };
}

/** Vert.x answers a request line or headers of more bytes than these without a word. */
function tooLong({method = '', url = '', rawHeaders}: IncomingMessage): Reply | undefined {
  if (`${method} ${url} HTTP/1.1`.length > REQUEST_LINE_LIMIT)
    return {...failureReply(414, ''), message: 'Request-URI Too Long', isEarly: true};
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
  return bytes > HEADERS_LIMIT ? {...failureReply(431, ''), isEarly: true} : undefined;
}
