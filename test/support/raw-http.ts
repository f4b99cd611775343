import {request} from 'node:http';

export type RawAnswer = {
  status: number;
  /** Text of the status line. */
  message: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
};

/**
 * One HTTP request with exactly these headers (no `Accept`, no `Content-Type` of its own).
 * @param options.noHost without a Host header, unless one is given
 */
export function rawHttp(
  url: string,
  options: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
    noHost?: boolean;
  } = {},
): Promise<RawAnswer> {
  const {method = 'GET', path = '/', headers = {}, body, noHost = false} = options;
  const {hostname, port} = new URL(url);
  return new Promise((resolve, reject) => {
    const target = {host: hostname, port, method, path, headers, agent: false, setHost: !noHost};
    const sent = request(target, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          message: response.statusMessage ?? '',
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** One JSON-RPC request; the body is parsed. */
export async function rpc(
  url: string,
  method: string,
  params: unknown,
  headers: Record<string, string> = {},
): Promise<{status: number; body: unknown}> {
  const answer = await rawHttp(url, {
    method: 'POST',
    headers,
    body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params}),
  });
  return {status: answer.status, body: JSON.parse(answer.body) as unknown};
}
