import {request} from 'node:http';

export type RawAnswer = {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
};

/** One HTTP request with exactly these headers (no `Accept`, no `Content-Type` of its own). */
export function rawHttp(
  url: string,
  options: {method?: string; path?: string; headers?: Record<string, string>; body?: string | Buffer} = {},
): Promise<RawAnswer> {
  const {method = 'GET', path = '/', headers = {}, body} = options;
  const {hostname, port} = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({host: hostname, port, method, path, headers, agent: false}, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
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
