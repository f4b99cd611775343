/** One HTTP answer of the devnet's signer. */
export type Reply = {
  status: number;
  /** Text of the status line, where it is another than HTTP's. */
  message?: string;
  headers: Record<string, string | string[]>;
  body: string | Buffer;
  /** Given before any route is looked for: without `Vary`. */
  isEarly?: true;
  /** A key was used for it. */
  isSigned?: true;
};

/** The `id` of a JSON-RPC request as JSON text, which the answer repeats. */
export type RpcId = string;

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
    headers: {Content: 'application/json'},
    body: `{"jsonrpc":"2.0","id":${id},${JSON.stringify(body).slice(1)}`,
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

/** Builds a plain text answer. */
export function textReply(body: string): Reply {
  return {status: 200, headers: {'Content-Type': 'text/plain; charset=utf-8'}, body};
}

/** Builds the answer to a failure outside JSON-RPC, like Vert.x: the text of the status, without a Content-Type. */
export function failureReply(status: number, body: string): Reply {
  return {status, headers: {}, body};
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

export function hasHeader({headers}: Reply, name: string): boolean {
  return Object.keys(headers).some((key) => key.toLowerCase() === name);
}

/** Whether an `Accept` header admits a type such as `application/json`; a missing or blank one admits any. */
export function admits(accept: string | undefined, type: string): boolean {
  if (!isGiven(accept)) return true;
  const family = `${type.split('/')[0] ?? ''}/*`;
  return accept.split(',').some((range) => {
    const name = range.split(';')[0]?.trim().toLowerCase();
    return name === type || name === '*/*' || name === family;
  });
}

/** Whether there is an `Accept` header that says something. */
export function isGiven(accept: string | undefined): accept is string {
  return accept !== undefined && accept.trim() !== '';
}
