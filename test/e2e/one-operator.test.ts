import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, ndjson, openWorld, type Cli, type Ended, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';

/** A place of its own for everything that a second operator could be told to use. */
function elsewhere(world: World, name: string): Record<string, string> {
  const dir = path.join(world.home, name);
  return {
    HOME: dir,
    AOS_HOME: path.join(dir, 'aos'),
    XDG_RUNTIME_DIR: path.join(dir, 'run'),
    TMPDIR: dir,
    AOS_STORE_DIR: path.join(dir, 'state'),
    AOS_NET_REST_URL: '127.0.0.1:0',
  };
}

const errorOf = ({stdout}: Ended) =>
  (ndjson(stdout).at(-1) as unknown as {error: {code: string; message: string; next: string}}).error;

describe('a second operator of one node', () => {
  let world: World;
  let devnet: DevnetUp;
  let first: Cli;
  beforeAll(async () => {
    world = openWorld();
    devnet = await devnetUp(world, ['--range', '0,300000']);
    first = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await first.event('connected');
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('is refused, whatever its data folder, and 50 of 50 jobs are answered once', async () => {
    const lower = devnet.operator.toLowerCase();
    const ids = await devnet.submit(50);
    const places = [
      {AOS_STORE_DIR: path.join(world.home, 'other'), AOS_NET_REST_URL: '127.0.0.1:0'},
      elsewhere(world, 'one'),
      {
        ...elsewhere(world, 'two'),
        AOS_NODE_NODE_ID: lower,
        AOS_CHAIN_CHAIN_RPC_URL: devnet.urls.chain.replace('127.0.0.1', 'localhost'),
      },
      {},
    ];
    const ends = await Promise.all(
      places.map((env) => world.run(['run', '-c', devnet.config, '--json', '--quiet'], {env})),
    );
    for (const end of ends) {
      expect(end.code).toBe(77);
      expect(errorOf(end).code).toBe('NODE_LOCKED');
      expect(errorOf(end).message).toContain(`pid ${first.pid}, `);
      expect(errorOf(end).next).toContain(`kill -TERM ${first.pid}`);
    }
    expect(existsSync(path.join(world.home, 'one/state'))).toBe(false);
    await devnet.answered(ids);
    const results = devnet.events('result').map((line) => (line['key'] as {jobId: string}).jobId);
    expect([results.length, new Set(results).size]).toEqual([50, 50]);
    expect(devnet.events('conflict')).toEqual([]);
  });

  it('works beside it on another devnet, and takes over after a crash', async () => {
    await using beside = openWorld();
    const other = await devnetUp(beside);
    expect(other.operator).toBe(devnet.operator);
    const second = beside.start(['run', '-c', other.config, '--json', '--quiet']);
    await second.event('connected');
    await other.answered(await other.submit(1));
    await second.kill('SIGTERM');

    await first.kill('SIGKILL');
    const stop = (env: Record<string, string>) =>
      world.ask(['stop', '-c', devnet.config, '--json', '--quiet'], {env});
    // Its socket and its process id are still on the disk: no process is sent a signal for them.
    const dead = await stop({});
    expect(dead.code).toBe(69);
    expect(jsonOf(dead.stdout)).toMatchObject({
      error: {
        code: 'CONTROL_ABSENT',
        message: expect.stringContaining('ended without closing it (killed, or a crash)') as string,
      },
    });
    const env = elsewhere(world, 'heir');
    const heir = world.start(['run', '-c', devnet.config, '--json', '--quiet'], {env});
    await heir.event('connected');
    const stopped = await stop(env);
    expect(stopped.code).toBe(0);
    expect(jsonOf(stopped.stdout)).toMatchObject({ok: true, result: {pid: heir.pid, pending: 0}});
    expect((await heir.end()).code).toBe(143);
    const none = await stop(env);
    expect(none.code).toBe(69);
    expect(jsonOf(none.stdout)).toMatchObject({
      error: {
        code: 'CONTROL_ABSENT',
        message: expect.stringContaining('the last one stopped') as string,
      },
    });
  });
});

describe('a start while the former operator finishes its jobs', () => {
  it('waits for it, says so everywhere, and starts', async () => {
    await using world = openWorld();
    // It takes results and never answers them, so a stopping operator waits for its whole grace.
    const devnet = await devnetUp(world, ['--fault', 'dispatcher-mute']);
    const run = ['run', '-c', devnet.config];
    const first = world.start([...run, '--json', '--quiet'], {env: {AOS_NODE_SHUTDOWN_GRACE: '90s'}});
    await first.event('connected');
    await devnet.submit(1);
    await first.event('result_sent');
    first.process.kill('SIGTERM');
    await first.event('stopping');

    const text = `the former operator (pid ${first.pid}) stops; waiting up to 95 s for its end`;
    const second = world.start([...run, '--json']);
    const third = world.start([...run, '--headless', '--log-format', 'pretty'], {
      env: elsewhere(world, 'third'),
    });
    const [said] = await Promise.all([
      second.event('warning'),
      second.until('stderr', /waiting up to 95 s/),
      third.until('stderr', /waiting up to 95 s/),
    ]);
    expect(said).toMatchObject({code: 'NODE_STOPPING', message: text, seq: 1});
    expect((await third.kill('SIGINT')).code).toBe(130);
    // A second signal ends it at once.
    expect((await first.kill('SIGTERM')).code).toBe(143);
    await second.event('connected');
    const seqs = second.lines().map(({seq}) => seq);
    expect(seqs).toEqual(seqs.map((_, n) => n + 1));
    await second.kill('SIGKILL');
  });
});

describe('a path that no shell has expanded', () => {
  it('AOS_HOME=~/… is the home directory, a relative one is refused', async () => {
    await using world = openWorld();
    const status = ['status', '--json'];
    for (const [AOS_HOME, code] of [
      ['aos', 78],
      ['~nobody/aos', 78],
      ['$HOME/aos', 78],
    ] as const) {
      const end = await world.ask(status, {env: {AOS_HOME}});
      expect(end.code).toBe(code);
      expect(jsonOf(end.stdout)).toMatchObject({error: {code: 'PATH_INVALID'}});
    }
    const made = await world.run(['keys', 'vrf', 'create', '--file=~/k/vrf.key', '--json']);
    expect(made.code).toBe(0);
    expect(existsSync(path.join(world.home, 'k/vrf.key'))).toBe(true);
    const refused = await world.ask(['keys', 'vrf', 'create', '--file=~x/vrf.key', '--json']);
    expect(refused.code).toBe(64);
    const devnet = await devnetUp(world, [], {env: {AOS_HOME: '~/home'}});
    expect(devnet.config.startsWith(path.join(world.home, 'home/'))).toBe(true);
    expect(readdirSync(world.home).filter((name) => name.startsWith('~'))).toEqual([]);
  });
});
