import {chownSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {ndjson, openWorld, type Cli, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {hostileSize} from '../support/hostile-size.ts';

/** How a start ended, or that it works. */
async function outcome(cli: Cli): Promise<'works' | number | null> {
  return Promise.race([
    cli.event('connected').then(() => 'works' as const),
    cli.end().then(({code}) => code),
  ]);
}

function place(world: World, name: string): Record<string, string> {
  const dir = path.join(world.home, name);
  return {AOS_HOME: dir, AOS_STORE_DIR: path.join(dir, 'state')};
}

describe('operators of one node that start in the same moment', () => {
  it('are one operator, every time', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--range', '0,300000']);
    const rounds = hostileSize({full: 20, bounded: 2});
    for (let round = 0; round < rounds; round += 1) {
      const ids = await devnet.submit(5, {prompt: `round ${round}`});
      const starts = ['a', 'b', 'c'].map((name) =>
        world.start(['run', '-c', devnet.config, '--json', '--quiet'], {
          env: place(world, `${round}-${name}`),
        }),
      );
      const ends = await Promise.all(starts.map(outcome));
      expect(ends.filter((end) => end === 'works')).toHaveLength(1);
      expect(ends.filter((end) => end === 77)).toHaveLength(2);
      await devnet.answered(ids);
      await Promise.all(starts.map((cli) => cli.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGTERM')));
    }
    expect(devnet.events('conflict')).toEqual([]);
  });
});

describe('a former operator that never ends', () => {
  it('is 77 while it works, and given up with 75 when it stops', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--fault', 'dispatcher-mute']);
    const run = ['run', '-c', devnet.config, '--json', '--quiet'];
    const first = world.start(run, {env: {AOS_NODE_SHUTDOWN_GRACE: '2s'}});
    await first.event('connected');
    await devnet.submit(1);
    await first.event('result_sent');
    // The kernel holds it; it works again at any moment, so it is no operator that has ended.
    first.process.kill('SIGSTOP');
    const second = await world.run(run, {env: place(world, 'second')});
    expect(second.code).toBe(77);
    expect(existsSync(path.join(world.home, 'second/state'))).toBe(false);
    first.process.kill('SIGCONT');

    first.process.kill('SIGTERM');
    await first.event('stopping');
    first.process.kill('SIGSTOP');
    const third = await world.run(run, {env: place(world, 'third')});
    first.process.kill('SIGCONT');
    expect(third.code).toBe(75);
    expect(ndjson(third.stdout).map(({type}) => type)).toEqual(['warning', 'error']);
    expect(ndjson(third.stdout).at(-1)).toMatchObject({error: {code: 'NODE_STOPPING'}});
  });
});

describe.runIf(process.getuid?.() === 0)('an operator of another user', () => {
  const OTHER = 65_534;

  it('is not kept out, and is seen', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const first = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await first.event('connected');

    const dir = mkdtempSync(path.join(tmpdir(), 'aos-other-'));
    try {
      const key = /vrf_key_file: "(.*)"/.exec(readFileSync(devnet.config, 'utf8'))?.[1] ?? '';
      const files = {config: path.join(dir, 'config.yaml'), key: path.join(dir, 'vrf.key')};
      copyFileSync(devnet.config, files.config);
      copyFileSync(path.resolve(path.dirname(devnet.config), key), files.key);
      for (const file of [dir, ...Object.values(files)]) chownSync(file, OTHER, OTHER);
      const second = world.start(['run', '--json', '--quiet'], {
        shell: `exec setpriv --reuid ${OTHER} --regid ${OTHER} --clear-groups $AOS run -c ${files.config} --json --quiet`,
        env: {
          HOME: dir,
          AOS_HOME: dir,
          AOS_STORE_DIR: `${dir}/state`,
          AOS_NET_REST_URL: '127.0.0.1:0',
          AOS_NODE_VRF_KEY_FILE: files.key,
        },
        cwd: dir,
      });
      const seen = (cli: Cli) => cli.event('problem', (line) => line['code'] === 'SECOND_OPERATOR');
      const [problem] = await Promise.all([seen(first), seen(second)]);
      expect(problem).toMatchObject({part: 'identity'});
      const status = await world.run(['status', '-c', devnet.config]);
      expect(status.code).toBe(3);
      expect(status.stdout).toContain('another operator may work for this node_id');
    } finally {
      rmSync(dir, {recursive: true, force: true});
    }
  });
});
