import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {freePort} from '../support/signer.ts';

let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  devnet = await devnetUp(world);
});
afterAll(() => world[Symbol.asyncDispose]());

/** The devnet's config with one line changed. */
function configWith(key: string, url: string): string {
  const text = readFileSync(devnet.config, 'utf8');
  const changed = text.replace(new RegExp(`^( *${key}:).*$`, 'm'), `$1 ${url}`);
  expect(changed).not.toBe(text);
  return world.file('changed.yaml', changed);
}

describe('aos run while something is away', () => {
  it.each([
    ['signer', 'signer_key', 'http', 'SIGNER_UNREACHABLE', /aos signer check/],
    ['chain', 'chain_rpc_url', 'http', 'CHAIN_UNREACHABLE', /chain_rpc_url/],
    ['dispatcher', 'dispatcher_url', 'ws', 'DISPATCHER_UNREACHABLE', /net\.dispatcher_url/],
    ['worker', 'url', 'http', 'WORKER_UNREACHABLE', /[Ww]orker/],
  ] as const)(
    'stays up without its %s, says so with a next step, and ends by SIGTERM',
    async (part, key, scheme, code, next) => {
      const config = configWith(
        key,
        `${scheme}://127.0.0.1:${await freePort()}${scheme === 'ws' ? '/ws' : ''}`,
      );
      const [id] = await devnet.submit(1);
      // A journal of its own: no sampling range is known from earlier runs.
      const env = {AOS_STORE_DIR: path.join(world.home, `store-${part}`), AOS_NODE_SHUTDOWN_GRACE: '1s'};
      const cli = world.start(['run', '-c', config, '--json'], {env});
      const problem = await cli.event('problem', (line) => line['part'] === part);
      expect(problem['code']).toBe(code);
      expect(problem['next']).toMatch(next);
      // What is said can be typed as it stands: with the configuration that was named.
      const typed = /aos signer check(.*)/.exec(String(problem['next']))?.[1];
      expect(typed).toBe(part === 'signer' ? ` -c ${config}` : undefined);
      await cli.until('stderr', new RegExp(code));
      const {code: exit, stdout} = await cli.kill('SIGTERM');
      expect(exit).toBe(143);
      expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', accepted: 0, reason: 'SIGTERM'});

      // What could not be done waits for the next run.
      const again = world.start(['run', '-c', devnet.config, '--json', '--quiet'], {env});
      await devnet.answered([id!]);
      expect((await again.kill('SIGTERM')).code).toBe(143);
      expect(devnet.events('conflict')).toEqual([]);
    },
  );
});

describe('the second signal', () => {
  let silent: Server;
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends at once, with %i, what the first one waits for', async (signal, exit) => {
    // A worker that is idle, takes the question and never calls back.
    silent = createServer((_request, response) => response.end('{"msg":"0"}'));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const config = configWith('url', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await devnet.submit(1);
    const cli = world.start(['run', '-c', config, '--json', '--quiet']);
    await cli.event('job_asked');
    cli.process.kill(signal);
    expect(await cli.event('stopping')).toMatchObject({inProgress: 1, graceMs: 30_000});
    const {code, stdout} = await cli.kill(signal);
    expect(code).toBe(exit);
    expect(ndjson(stdout).filter((line) => line.type === 'summary')).toEqual([]);

    const again = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await again.event('result_accepted');
    await again.kill('SIGTERM');
    silent.closeAllConnections();
    silent.close();
  });
});

describe('a command with a limit', () => {
  it('gives up a chain RPC that never answers, and says what it waited for', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const config = configWith('chain_rpc_url', `http://${host}`);
    const {code, stdout} = await world.run([
      'register',
      '--check',
      '--timeout',
      '1s',
      '-c',
      config,
      '--json',
    ]);
    mute.closeAllConnections();
    mute.close();
    expect(code).toBe(75);
    expect(jsonOf(stdout)).toMatchObject({
      exitCode: 75,
      error: {
        code: 'COMMAND_TIMEOUT',
        message: `not done within 1s: ${host} did not answer in time`,
      },
    });
  });
});
