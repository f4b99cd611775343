import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';

/** What the dispatcher saw of these jobs: each accepted once, none with a second answer. */
function verdict(
  devnet: DevnetUp,
  ids: readonly string[],
): {answered: number; first: number; conflicts: number; refused: number} {
  const wanted = new Set(ids);
  const results = devnet
    .events('result')
    .filter((line) => wanted.has((line['key'] as {jobId: string}).jobId));
  return {
    answered: new Set(results.map((line) => (line['key'] as {jobId: string}).jobId)).size,
    first: results.filter((line) => line['repeated'] === false).length,
    conflicts: devnet.events('conflict').length,
    refused: devnet.events('refused').length + devnet.events('rejected').length,
  };
}

describe('kill -9 in the middle of 100 jobs', () => {
  let world: World;
  let devnet: DevnetUp;
  beforeAll(async () => {
    world = openWorld();
    // About half of the jobs go to the worker, the others are answered as not selected.
    devnet = await devnetUp(world, ['--range', '0,300000']);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('answers all of them, each once, after the next start', async () => {
    const ids = await devnet.submit(100);
    const first = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    let accepted = 0;
    await first.event('result_accepted', () => (accepted += 1) === 20);
    expect((await first.kill('SIGKILL')).signal).toBe('SIGKILL');
    const before = verdict(devnet, ids);
    expect(before.answered).toBeLessThan(100);

    const second = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await devnet.answered(ids);
    const {code, stdout} = await second.kill('SIGTERM');
    expect(code).toBe(143);
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', pending: 0, failed: 0});
    expect(verdict(devnet, ids)).toEqual({answered: 100, first: 100, conflicts: 0, refused: 0});
  });

  it('also when it is killed again and again, at any point of the way', async () => {
    const ids = await devnet.submit(100);
    for (const [type, count] of [
      ['job_received', 1],
      ['job_asked', 3],
      ['job_concluded', 5],
      ['result_sent', 15],
      ['connected', 1],
      ['job_answered', 6],
    ] as const) {
      const cli = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
      let seen = 0;
      await cli.event(type, () => (seen += 1) === count);
      await cli.kill('SIGKILL');
    }
    const last = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await devnet.answered(ids);
    const {stdout} = await last.kill('SIGINT');
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', pending: 0});
    expect(verdict(devnet, ids)).toEqual({answered: 100, first: 100, conflicts: 0, refused: 0});
  });
});

describe.each(['newest', 'head'] as const)('kill -9 with the published dispatcher %s', (version) => {
  it('loses nothing that was acknowledged, and answers nothing twice', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--dispatcher', version, '--range', '0,300000']);
    const acknowledged = (): Set<string> =>
      new Set(devnet.events('acknowledged').map((line) => (line['key'] as {jobId: string}).jobId));
    for (const [type, count] of [
      ['result_accepted', 20],
      ['job_received', 5],
      ['job_asked', 3],
    ] as const) {
      const cli = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
      await cli.event('connected');
      let seen = 0;
      const reached = cli.event(type, () => (seen += 1) === count);
      await devnet.submit(40, {prompt: `until ${type}`});
      await reached;
      await cli.kill('SIGKILL');
    }
    const last = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await last.event('connected');
    await devnet.answered([...acknowledged()]);
    const {stdout} = await last.kill('SIGTERM');
    const summary = ndjson(stdout).at(-1);
    expect(summary).toMatchObject({type: 'summary', failed: 0, unanswered: 0});
    // What still waits was stored, and the process ended before it was acknowledged.
    expect(summary?.['pending']).toBeLessThanOrEqual(120 - acknowledged().size);
    expect(devnet.events('conflict')).toEqual([]);
    expect(acknowledged().size).toBeGreaterThan(20);
  });
});
