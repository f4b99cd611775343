import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {acknowledged, each, killAt, verdict} from '../support/kills.ts';

// With many more jobs and kills, at every point of the way: test/hostile/kills.test.ts.
const JOBS = 24;

describe('kill -9 in the middle of the jobs', () => {
  let world: World;
  let devnet: DevnetUp;
  beforeAll(async () => {
    world = openWorld();
    // About half of the jobs go to the worker, the others are answered as not selected.
    devnet = await devnetUp(world, ['--range', '0,300000']);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('answers all of them, each once, after the next start', async () => {
    const ids = await devnet.submit(JOBS);
    const first = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    let accepted = 0;
    await first.event('result_accepted', () => (accepted += 1) === 5);
    expect((await first.kill('SIGKILL')).signal).toBe('SIGKILL');
    expect(verdict(devnet, ids).answered).toBeLessThan(JOBS);

    const second = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await devnet.answered(ids);
    const {code, stdout} = await second.kill('SIGTERM');
    expect(code).toBe(143);
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', pending: 0, failed: 0});
    expect(verdict(devnet, ids)).toEqual(each(JOBS));
  });
});

describe.each(['newest', 'head'] as const)('kill -9 with the published dispatcher %s', (version) => {
  it('loses nothing that was acknowledged, and answers nothing twice', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--dispatcher', version, '--range', '0,300000']);
    for (const point of [
      ['result_accepted', 6],
      ['job_received', 4],
      ['job_asked', 2],
    ] as const)
      await killAt(world, devnet, point, () => devnet.submit(12, {prompt: `until ${point[0]}`}));
    const last = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await last.event('connected');
    await devnet.answered([...acknowledged(devnet)]);
    const {stdout} = await last.kill('SIGTERM');
    const summary = ndjson(stdout).at(-1);
    expect(summary).toMatchObject({type: 'summary', failed: 0, unanswered: 0});
    // What still waits was stored, and the process ended before it was acknowledged.
    expect(summary?.['pending']).toBeLessThanOrEqual(36 - acknowledged(devnet).size);
    expect(devnet.events('conflict')).toEqual([]);
    expect(acknowledged(devnet).size).toBeGreaterThan(6);
  });
});
