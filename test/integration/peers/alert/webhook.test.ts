import {createServer, type IncomingMessage, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {createWebhook} from '../../../../src/lib/peers/alert/webhook.ts';

const SECRET = 'T0secret';
const open: Server[] = [];
const never = new AbortController().signal;
/** The code of an answer that does not end: a byte now and then. */
const TRICKLE = 203;

/** A server that answers with these codes in turn, the last one for ever; and what it got. */
async function serve(codes: readonly number[]) {
  const got: {path: string; type: string; authorization: string; body: string}[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({
        path: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        authorization: request.headers.authorization ?? '',
        body: Buffer.concat(chunks).toString(),
      });
      response.writeHead(codes[Math.min(got.length, codes.length) - 1] ?? 200, {location: '/elsewhere'});
      if (codes[0] === TRICKLE) setInterval(() => response.write('x'), 20).unref();
      else response.end('x'.repeat(200_000));
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {url: `http://user:${SECRET}%40x@127.0.0.1:${port}/hooks/${SECRET}?key=${SECRET}`, got};
}

/** Posts once to the URL, with the pauses between the tries written down instead of waited for. */
async function post(
  url: string,
  {signal = never, timeoutMs}: {signal?: AbortSignal; timeoutMs?: number} = {},
) {
  const pauses: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const webhook = createWebhook(url, {
    time: {...systemTime, sleep},
    random: () => 0.5,
    ...(timeoutMs === undefined ? {} : {timeoutMs}),
  });
  try {
    return {status: await webhook.post({text: 'hello'}, signal), error: null, pauses};
  } catch (error) {
    return {status: null, error, pauses};
  } finally {
    await webhook.close();
  }
}

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the webhook', () => {
  it('posts JSON to the whole URL, and throws a long answer away', async () => {
    const {url, got} = await serve([200]);
    expect(await post(url)).toMatchObject({status: 200, pauses: []});
    expect(got).toEqual([
      {
        path: `/hooks/${SECRET}?key=${SECRET}`,
        type: 'application/json',
        authorization: `Basic ${Buffer.from(`user:${SECRET}@x`).toString('base64')}`,
        body: '{"text":"hello"}',
      },
    ]);
  });

  it('tries again what may pass, four times with growing pauses', async () => {
    const once = await serve([503, 429, 204]);
    expect(await post(once.url)).toMatchObject({status: 204, pauses: [1000, 2000]});
    const always = await serve([522]);
    const {error, pauses} = await post(always.url);
    expect(isAosError(error, 'ALERT_UNREACHABLE')).toBe(true);
    expect(pauses).toEqual([1000, 2000, 4000]);
    expect(always.got).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 410, 301, 302])('does not try HTTP %i again, nor follows it', async (code) => {
    const {url, got} = await serve([code]);
    const {error} = await post(url);
    expect(isAosError(error, 'ALERT_REFUSED')).toBe(true);
    expect(got).toHaveLength(1);
  });

  it('waits no longer for the end of an answer than for its beginning', async () => {
    const {url, got} = await serve([TRICKLE]);
    const {error} = await post(url, {timeoutMs: 200});
    expect(isAosError(error, 'ALERT_UNREACHABLE')).toBe(true);
    expect(got).toHaveLength(4);
  });

  it('never names more of its URL than scheme and host', async () => {
    const refused = await serve([404]);
    const failures = [await post(refused.url), await post(`http://u:${SECRET}@127.0.0.1:9/${SECRET}`)];
    for (const {error} of failures) {
      expect(String(error)).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
      expect(`${String(error)}${JSON.stringify(error)}`).not.toContain(SECRET);
    }
  });

  it('ends at once when it is told to', async () => {
    const {url} = await serve([500]);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    expect((await post(url, {signal: stop.signal})).error).toEqual(new Error('enough'));
  });
});
