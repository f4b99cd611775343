import {createServer, request} from 'node:http';
import {connect, type AddressInfo} from 'node:net';
import {afterEach, describe, expect, it} from 'vitest';
import {startMetrics, type LiveMetrics} from '../../../../src/lib/features/metrics/start.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {emptyView, reduceView} from '../../../../src/lib/node/events/view.ts';
import {healthyEvents, START} from '../../../support/dash-scenes.ts';
import {samplesOf} from '../../../support/metrics.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

const LOOPBACK = '127.0.0.1';
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function started(port = 0) {
  const time = virtualTime(START + 660_000);
  const emitted: OperatorEventBody[] = [];
  const view = healthyEvents().reduce(reduceView, emptyView);
  const live: LiveMetrics = await startMetrics(
    {
      net: {metrics: {host: LOOPBACK, port}},
      chain: {rpcUrls: []},
    },
    {
      view: () => view,
      journal: {openByKind: () => [{state: 'signed', kind: 'opml', count: 2}], queued: () => []},
      disk: {read: () => Promise.reject(new Error('no disk'))},
      version: '1.2.3',
      time,
      emit: (event) => void emitted.push(event),
    },
  );
  closers.push(() => live.close());
  return {url: live.url ?? '', live, time, emitted};
}

type Answer = {status: number; type: string; body: string};

function ask(url: string, {method = 'GET', host}: {method?: string; host?: string} = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {method, agent: false, ...(host === undefined ? {} : {headers: {host}})},
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => (body += text));
        response.on('end', () =>
          resolve({status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body}),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('the metrics port', () => {
  it('serves the metrics, with what the journal held at the start', async () => {
    const {url} = await started();
    const {status, type, body} = await ask(`${url}/metrics`);
    expect({status, type}).toEqual({status: 200, type: 'text/plain; version=0.0.4; charset=utf-8'});
    const samples = samplesOf(body);
    expect(samples.get('aos_jobs_open{kind="opml",state="answered"}')).toBe(2);
    expect(samples.has('aos_journal_bytes')).toBe(false);
  });

  it.each([
    ['/livez', 200, 'ok\n'],
    ['/readyz', 200, '{"ready":true,"causes":[]}\n'],
    ['/eigen/node', 200, '{"node_name":"aos","spec_version":"v0.0.1","node_version":"1.2.3"}\n'],
    [
      '/eigen/node?version=v0.0.1',
      200,
      '{"node_name":"aos","spec_version":"v0.0.1","node_version":"1.2.3"}\n',
    ],
    ['/eigen/node?version=v9', 404, '{"message":"API version not found"}\n'],
    ['/eigen/node/health', 206, ''],
    ['/eigen/node/services/signer/health', 200, ''],
    ['/eigen/node/services/nothing/health', 404, ''],
    ['/eigen/node/services/signer/health/more', 404, ''],
  ])('answers %s', async (path, status, body) => {
    const {url} = await started();
    expect(await ask(`${url}${path}`)).toMatchObject({status, body});
  });

  it('lists its services', async () => {
    const {url} = await started();
    const {body} = await ask(`${url}/eigen/node/services`);
    expect(JSON.parse(body)).toMatchObject({
      services: expect.arrayContaining([
        {id: 'signer', name: 'Signer', description: expect.any(String) as string, status: 'Up'},
      ]) as unknown,
    });
  });

  it('refuses other methods, and a page that calls it by another name', async () => {
    const {url} = await started();
    expect(await ask(`${url}/metrics`, {method: 'POST'})).toMatchObject({status: 405});
    expect(await ask(`${url}/metrics`, {method: 'HEAD'})).toMatchObject({status: 200, body: ''});
    expect(await ask(`${url}/metrics`, {host: 'evil.example'})).toMatchObject({status: 403});
    expect(await ask(`${url}/metrics`, {host: 'localhost:1'})).toMatchObject({status: 200});
    expect(await ask(`${url}/nothing`)).toMatchObject({status: 404});
    expect(await ask(`${url}//`)).toMatchObject({status: 404});
  });

  it('is not taken away by connections that are kept without a request', async () => {
    const {url} = await started();
    const {port} = new URL(url);
    const kept = await Promise.all(
      Array.from({length: 32}, async () => {
        const socket = connect(Number(port), LOOPBACK);
        socket.on('error', () => undefined);
        closers.push(() => Promise.resolve(socket.destroy()));
        socket.write(`GET /livez HTTP/1.1\r\nhost: ${LOOPBACK}\r\n\r\n`);
        await new Promise((resolve) => socket.once('data', resolve));
        return socket;
      }),
    );
    expect(kept).toHaveLength(32);
    await expect
      .poll(() =>
        ask(`${url}/livez`).then(
          ({status}) => status,
          () => null,
        ),
      )
      .toBe(200);
  });

  it('that is taken is a warning, and is opened when it is free', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, LOOPBACK, resolve));
    const {port} = other.address() as AddressInfo;
    const closeOther = (): Promise<unknown> => new Promise((resolve) => other.close(resolve));
    closers.push(closeOther);
    const {live, time, emitted} = await started(port);
    expect(live.url).toBe(null);
    expect(live.warnings).toMatchObject([
      {
        code: 'METRICS_UNAVAILABLE',
        message: expect.stringContaining('another program has that port') as string,
      },
    ]);
    await closeOther();
    await time.advance(30_000);
    await expect
      .poll(() => emitted)
      .toEqual([{type: 'listening', what: 'metrics', url: `http://${LOOPBACK}:${port}`}]);
    expect(await ask(`http://${LOOPBACK}:${port}/livez`)).toMatchObject({status: 200});
  });
});
