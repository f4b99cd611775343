import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, beforeEach, describe, expect, it, vi} from 'vitest';
import {startProxy, type Proxy} from '../support/proxy.ts';
import {openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

const SECRET = 'B0secretpath';
type Got = {
  state: string;
  subject: string;
  code: string;
  text: string;
  nodeId: string;
  afterMs: number | null;
};

describe('alerts', () => {
  let proxy: Proxy | null = null;
  const got: Got[] = [];
  let status = 200;
  let server: Server;
  let url = '';

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        got.push(JSON.parse(body) as Got);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${SECRET}`;
  });
  beforeEach(() => {
    got.length = 0;
    status = 200;
  });
  afterAll(async () => {
    await proxy?.close();
    server.closeAllConnections();
    server.close();
  });

  it('are sent by aos run when a part stays in problem, and when it works again; and by aos alert test', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const text = readFileSync(devnet.config, 'utf8');
    const rpc = new URL(devnet.urls.chain);
    proxy = await startProxy({target: {host: '127.0.0.1', port: Number(rpc.port)}});
    const config = world.file(
      'config.yaml',
      `${text.replace(rpc.port, String(proxy.port))}\nalerts:\n  webhook_url: ${url}\n  delay: 0s\n`,
    );

    const test = await world.run(['alert', 'test', '-c', config, '--json']);
    expect(test.code).toBe(0);
    expect(JSON.parse(test.stdout)).toMatchObject({
      schema: 'aos.alert-test/v1',
      result: {
        channels: [{channel: 'webhook', place: new URL(url).origin, status: 200, problem: null}],
      },
    });
    expect(got).toMatchObject([{state: 'test', subject: 'test', code: 'TEST'}]);

    const run = world.start(['run', '-c', config, '--headless']);
    await run.until('stderr', /connected to/);
    await proxy.refuse(true);
    proxy.cut();
    await vi.waitFor(
      () => expect(got).toContainEqual(expect.objectContaining({state: 'problem', subject: 'chain'})),
      60_000,
    );
    await proxy.refuse(false);
    await vi.waitFor(
      () => expect(got).toContainEqual(expect.objectContaining({state: 'recovered', subject: 'chain'})),
      60_000,
    );
    const {stdout, stderr} = await run.kill('SIGTERM');

    // What the network does to the operator meanwhile is seen at the next start, and told once over restarts.
    expect(await world.ask(['devnet', 'act', 'slash', '--percent', '25'])).toMatchObject({code: 0});
    for (const isFirst of [true, false]) {
      got.length = 0;
      const again = world.start(['run', '-c', config, '--json']);
      await again.event('standing', ({costs}) => Array.isArray(costs) && costs.length > 0);
      if (isFirst)
        await vi.waitFor(
          () =>
            expect(got).toContainEqual(expect.objectContaining({subject: 'slashed', code: 'STAKE_SLASHED'})),
          30_000,
        );
      await again.kill('SIGTERM');
      expect(got.filter(({subject}) => subject === 'slashed')).toHaveLength(isFirst ? 1 : 0);
    }
    for (const output of [test.stdout, test.stderr, stdout, stderr]) expect(output).not.toContain(SECRET);
  });
});
