import {request as httpRequest, type IncomingHttpHeaders} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {gunzipSync, inflateSync} from 'node:zlib';
import {rpcError, type Reply, type RpcId} from './reply.ts';

/** The Ethereum node behind the signer. */
export type Downstream = {
  /**
   * Forwards one POST; returns the node's answer verbatim, and Web3Signer's error for a failure
   * (docs/web3signer.md#errors).
   */
  forward(path: string, headers: IncomingHttpHeaders, body: Buffer, id: RpcId): Promise<Reply>;
};

const NOT_FORWARDED = new Set([
  'content-length',
  'origin',
  'host',
  'connection',
  'transfer-encoding',
  'expect',
]);
const NOT_RETURNED = new Set(['content-length', 'connection', 'transfer-encoding', 'keep-alive']);
/** Left out in this spelling alone. */
const NOT_RETURNED_AS_SPELLED = 'access-control-allow-origin';
const TLS_FAILURE = /CERT|SSL|TLS|EPROTO|SELF_SIGNED/;

function failure(error: NodeJS.ErrnoException, id: RpcId): Reply {
  const code = error.code ?? '';
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return rpcError(504, id, -32000, 'Failed to connect to downstream node');
  }
  if (code === 'ETIMEDOUT') return rpcError(504, id, -32000, 'Connection to downstream node timed out');
  if (TLS_FAILURE.test(code)) return rpcError(502, id, -32000, 'Failed to connect to downstream node');
  return rpcError(500, id, -32603);
}

/**
 * Returns the path under the downstream base, with `//` collapsed, without a trailing slash (but for the root) and query
 * (docs/web3signer.md#pass-through).
 */
function joined(base: string, path: string): string {
  const whole = `${base}/${path.split('?')[0] ?? ''}`.replace(/\/{2,}/g, '/');
  return whole.length > 1 ? whole.replace(/\/$/, '') : whole;
}

/** The body as it was before it was compressed; the very same bytes where it was not, or cannot be read. */
function decoded(body: Buffer, encoding: string | undefined): Buffer {
  try {
    if (encoding === 'gzip') return gunzipSync(body);
    return encoding === 'deflate' ? inflateSync(body) : body;
  } catch {
    return body; // it is not what its header says: it is handed on as it came
  }
}

/** The headers of the node's answer that are handed on, spelled as they came. */
function returned(raw: readonly string[], isDecoded: boolean): Record<string, string | string[]> {
  const headers: Record<string, string[]> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (NOT_RETURNED.has(lower) || name === NOT_RETURNED_AS_SPELLED) continue;
    if (isDecoded && lower === 'content-encoding') continue;
    (headers[name] ??= []).push(raw[i + 1] ?? '');
  }
  return headers;
}

/** Creates the access to the node; without a `url` every request fails like that to an unreachable node. */
export function createDownstream(url: string | undefined, timeoutMs: number): Downstream {
  if (url === undefined) {
    return {
      forward: (_path, _headers, _body, id) =>
        Promise.resolve(rpcError(504, id, -32000, 'Failed to connect to downstream node')),
    };
  }
  const target = new URL(url);
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return {
    forward: (path, headers, body, id) =>
      new Promise((resolve) => {
        const outgoing: Record<string, string | string[]> = {};
        for (const [name, value] of Object.entries(headers)) {
          if (value !== undefined && !NOT_FORWARDED.has(name)) outgoing[name] = value;
        }
        if (headers.host !== undefined) outgoing['x-forwarded-host'] = headers.host;
        outgoing['accept-encoding'] ??= 'deflate, gzip';
        const fail = (error: NodeJS.ErrnoException): void => resolve(failure(error, id));
        const request = send(
          {
            host: target.hostname.replace(/^\[|\]$/g, ''),
            port: target.port,
            path: joined(target.pathname, path),
            method: 'POST',
            headers: {...outgoing, 'content-length': body.length},
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', fail);
            response.on('end', () => {
              const {statusCode: status = 500, rawHeaders} = response;
              const sent = Buffer.concat(chunks);
              const body = decoded(sent, response.headers['content-encoding']);
              resolve({status, headers: returned(rawHeaders, body !== sent), body});
            });
          },
        );
        request.setTimeout(timeoutMs, () =>
          request.destroy(Object.assign(new Error('timed out'), {code: 'ETIMEDOUT'})),
        );
        request.on('error', fail);
        request.end(body);
      }),
  };
}
