/** One HTTP answer of the devnet's signer. */
export type Reply = {status: number; headers: Record<string, string | string[]>; body: string | Buffer};

/** The `id` of a JSON-RPC request, which the answer repeats. */
export type RpcId = string | number | null;

const TEXTS: Readonly<Record<number, string>> = {
  [-32700]: 'Parse error',
  [-32602]: 'Invalid params',
  [-32603]: 'Internal error',
};

export const NO_ACCOUNT = 'No unlocked account matches the Sender';

/** Builds a local JSON-RPC answer. The header is `Content`: a mistake of Web3Signer that clients have to accept. */
export function rpcReply(
  status: number,
  id: RpcId,
  body: {result: unknown} | {error: {code: number; message: string}},
): Reply {
  return {
    status,
    headers: {Content: 'application/json', Vary: 'origin'},
    body: JSON.stringify({jsonrpc: '2.0', id, ...body}),
  };
}

export function rpcError(
  status: number,
  id: RpcId,
  code: number,
  message = TEXTS[code] ?? 'Internal error',
): Reply {
  return rpcReply(status, id, {error: {code, message}});
}

/** Builds a plain text answer, like Vert.x for REST errors. */
export function textReply(status: number, body: string): Reply {
  return {status, headers: {'Content-Type': 'text/plain; charset=utf-8'}, body};
}

export function jsonReply(status: number, value: unknown, contentType = 'application/json'): Reply {
  return {status, headers: {'Content-Type': contentType}, body: JSON.stringify(value)};
}

export function notFound(): Reply {
  return {
    status: 404,
    headers: {'Content-Type': 'text/html; charset=utf-8'},
    body: '<html><body><h1>Resource not found</h1></body></html>',
  };
}

/** Whether an `Accept` header admits a type such as `application/json`; a missing header admits any. */
export function admits(accept: string | undefined, type: string): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const family = `${type.split('/')[0] ?? ''}/*`;
  return accept.split(',').some((range) => {
    const name = range.split(';')[0]?.trim().toLowerCase();
    return name === type || name === '*/*' || name === family;
  });
}
