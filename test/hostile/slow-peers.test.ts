import {readFileSync} from 'node:fs';
import {connect, createServer, type AddressInfo, type Socket} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, it, onTestFinished} from 'vitest';
import {ndjson, openWorld} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';

/** The limits of `aos run` are those of real peers, so this takes minutes; in CI `slow-signer.test.ts` does the same in seconds. */
const isWhole = hostileSize({full: true, bounded: false});
const HELD_MS = 60_000;

type Front = {url: string; isSlow: boolean; held: () => number};

/** In front of a peer: hands everything on, or answers each request with 200 and a space a second, for ever. */
async function frontOf(url: string): Promise<Front> {
  const {hostname, port} = new URL(url);
  const sockets = new Set<Socket>();
  let held = 0;
  const front: Front = {url: '', isSlow: false, held: () => held};
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const upstream = connect({host: hostname, port: Number(port)});
    upstream.on('error', () => socket.destroy());
    let isDripping = false;
    socket.on('data', (chunk) => {
      if (!front.isSlow && !isDripping) {
        upstream.write(chunk);
        return;
      }
      if (isDripping) return;
      isDripping = true;
      held += 1;
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 1_000);
      socket.once('close', () => {
        clearInterval(timer);
        held -= 1;
      });
    });
    upstream.on('data', (chunk) => socket.write(chunk));
    socket.once('close', () => {
      sockets.delete(socket);
      upstream.destroy();
    });
    upstream.once('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return front;
}

it.runIf(isWhole).each([
  ['signer', 30],
  ['worker', 10],
] as const)(
  'a %s that sends one byte a second is a problem, and all of %i jobs are delivered when it is well',
  async (part, jobs) => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const front = await frontOf(devnet.urls[part]);
    const text = readFileSync(devnet.config, 'utf8').replaceAll(devnet.urls[part], front.url);
    expect(text).toContain(front.url);
    const config = world.file('config.yaml', text);
    const run = world.start(['run', '-c', config, '--json']);
    await run.event('connected');

    front.isSlow = true;
    const slowAt = performance.now();
    const ids = await devnet.submit(jobs);
    const problem = await run.event('problem', (line) => line['part'] === part);
    const noticedMs = performance.now() - slowAt;
    expect(problem['code']).toBe(part === 'signer' ? 'SIGNER_UNREACHABLE' : 'WORKER_UNREACHABLE');
    const status = await world.run(['status', '-c', config, '--json']);
    expect(status.code).not.toBe(0);

    await pause(Math.max(0, HELD_MS - (performance.now() - slowAt)));
    front.isSlow = false;
    const wellAt = performance.now();
    await devnet.answered(ids);
    const deliveredMs = performance.now() - wellAt;
    await run.event('recovered', (line) => line['part'] === part);
    expect(front.held()).toBe(0);

    front.isSlow = true;
    await devnet.submit(3);
    await run.event('problem', (line) => line['part'] === part && line['at'] !== problem['at']);
    const stopAt = performance.now();
    const {code, stdout} = await run.kill('SIGTERM');
    const stoppedMs = performance.now() - stopAt;
    expect(code).toBe(143);
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', accepted: jobs});
    const figures = {part, jobs, noticedMs, deliveredMs, stoppedMs};
    process.stdout.write(
      `${JSON.stringify(figures, (_, value: unknown) => (typeof value === 'number' ? Math.round(value) : value))}\n`,
    );
  },
);
