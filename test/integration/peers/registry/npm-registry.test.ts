import {createServer, type RequestListener, type Server} from 'node:http';
import {afterEach, describe, expect, it} from 'vitest';
import {checkForUpdate} from '../../../../src/lib/features/update/update.ts';

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** Starts a registry; returns its URL with a path, as private ones have. */
async function registry(answer: RequestListener): Promise<URL> {
  const opened = createServer(answer);
  server = opened;
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  const address = opened.address();
  return new URL(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/npm/`);
}

const check = (url: URL, signal: AbortSignal = new AbortController().signal) =>
  checkForUpdate('0.1.0', url, {env: {}, signal});

const body = (latest: string): string =>
  JSON.stringify({'dist-tags': {latest}, versions: {'0.1.0': {}, [latest]: {}}});

describe('aos update check', () => {
  it('finds a newer version, and asks for nothing else', async () => {
    const asked: unknown[] = [];
    const url = await registry(({url: path, method, headers: {cookie, authorization}}, response) => {
      asked.push({path, method, cookie, authorization});
      response.end(body('0.2.0'));
    });
    expect(await check(url)).toEqual({current: '0.1.0', latest: '0.2.0', isNewer: true});
    expect(asked).toEqual([
      {path: '/npm/aos-operator', method: 'GET', cookie: undefined, authorization: undefined},
    ]);
  });

  it('finds that there is none', async () => {
    const url = await registry((_request, response) => response.end(body('0.1.0')));
    expect(await check(url)).toMatchObject({isNewer: false});
  });

  it.each<[string, RequestListener, string]>([
    ['a page of a portal', (_request, response) => response.end('<html>'), 'REGISTRY_BAD_ANSWER'],
    [
      'a registry without the package',
      (_request, response) => response.writeHead(404).end('{}'),
      'REGISTRY_BAD_ANSWER',
    ],
    [
      'a version that is none',
      (_request, response) => response.end(body('\u001b[31m1')),
      'REGISTRY_BAD_ANSWER',
    ],
    [
      'an answer without end',
      (_request, response) => response.end('x'.repeat(9 * 1024 * 1024)),
      'REGISTRY_BAD_ANSWER',
    ],
    ['one that is overloaded', (_request, response) => response.writeHead(503).end(), 'REGISTRY_UNREACHABLE'],
    ['one that hangs up', (request) => request.socket.destroy(), 'REGISTRY_UNREACHABLE'],
  ])('names %s', async (_what, answer, code) => {
    await expect(check(await registry(answer))).rejects.toMatchObject({code});
  });

  it('names one that is not there', async () => {
    await expect(check(new URL('http://127.0.0.1:9/'))).rejects.toMatchObject({code: 'REGISTRY_UNREACHABLE'});
  });

  it('ends when it is stopped', async () => {
    const stop = new AbortController();
    const url = await registry(() => stop.abort(new Error('stopped')));
    await expect(check(url, stop.signal)).rejects.toThrow('stopped');
  });
});
