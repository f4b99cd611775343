import {request} from 'node:http';

/**
 * Posts JSON as the published worker does, once. What comes back is not looked at.
 * @returns the HTTP status; 0 without an answer
 */
export function goPost(url: string, body: string, limitMs: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (!URL.canParse(url) || new URL(url).protocol !== 'http:') {
      resolve(0);
      return;
    }
    const headers = {
      'User-Agent': 'Go-http-client/1.1',
      Connection: 'keep-alive',
      'Content-Type': 'application/json; charset=utf-8',
      'Accept-Encoding': 'gzip',
      'Content-Length': Buffer.byteLength(body),
    };
    const options = {method: 'POST', headers, agent: false, timeout: limitMs, signal};
    const asked = request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      asked.destroy();
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(0));
    asked.on('close', () => resolve(0));
    asked.end(body);
  });
}
