import {request} from 'node:http';

/**
 * Posts JSON to a path of this machine as the published worker does: once, without a time limit.
 * @returns the HTTP status; 0 without an answer
 */
export function postOnce(port: number, path: string, body: string, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const host = `127.0.0.1:${port}`;
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      accept: '*/*',
      host,
      'content-length': Buffer.byteLength(body),
    };
    const options = {host: '127.0.0.1', port, path, method: 'POST', headers, agent: false, signal};
    const asked = request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      asked.destroy();
    });
    asked.removeHeader('connection');
    asked.on('error', () => resolve(0));
    asked.on('close', () => resolve(0));
    asked.end(body);
  });
}
