import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {commandLine, ndjson, openWorld, signalTo, type World} from '../support/cli.ts';

/** What a devnet that ended well leaves: no folder of its own and no devnet.json. */
function leftFiles(world: World): string[] {
  const aos = path.join(world.home, 'aos');
  const folders = path.join(aos, 'state/devnet');
  return [
    ...(existsSync(folders) ? readdirSync(folders) : []),
    ...readdirSync(aos).filter((name) => name.startsWith('devnet.json')),
  ];
}

const devnetPid = (world: World): number =>
  world.alive().find((pid) => commandLine(pid).includes(' devnet up ')) ?? 0;

/** Jobs keep coming: one that comes in the moment of the end is not begun, and waits in the journal. */
function expectAllAccounted(summary: Record<string, unknown>): void {
  expect(summary['pending']).toBe(Number(summary['received']) - Number(summary['accepted']));
}

describe('aos run --devnet', () => {
  it('ends by itself after the wanted number of results and leaves nothing', async () => {
    await using world = openWorld();
    const {code, stdout, stderr} = await world.run(['run', '--devnet', '--jobs', '5', '--json']);
    expect({code, stderr}).toMatchObject({code: 0});
    const summary = ndjson(stdout).at(-1) ?? {};
    expect(summary).toMatchObject({type: 'summary', accepted: 5, selected: 5, failed: 0, reason: 'jobs'});
    expectAllAccounted(summary);
    await world.nothingLeft();
    expect(leftFiles(world)).toEqual([]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends on %s with %i and the summary, and leaves nothing', async (signal, exitCode) => {
    await using world = openWorld();
    const cli = world.start(['run', '--devnet', '--json']);
    await cli.event('result_accepted');
    const {code, stdout} = await cli.kill(signal);
    expect(code).toBe(exitCode);
    const summary = ndjson(stdout).at(-1) ?? {};
    expect(summary).toMatchObject({type: 'summary', failed: 0, reason: signal});
    expectAllAccounted(summary);
    await world.nothingLeft();
    expect(leftFiles(world)).toEqual([]);
  });

  it('leaves nothing running when it is killed', async () => {
    await using world = openWorld();
    const cli = world.start(['run', '--devnet', '--json']);
    await cli.event('result_accepted');
    expect(world.alive().length).toBeGreaterThanOrEqual(3);
    await cli.kill('SIGKILL');
    await world.nothingLeft();
    expect(leftFiles(world)).toEqual([]);
  });

  it('ends with an error when its devnet is killed, and leaves nothing running', async () => {
    await using world = openWorld();
    const cli = world.start(['run', '--devnet', '--json']);
    await cli.event('result_accepted');
    signalTo(devnetPid(world), 'SIGKILL');
    const {code, stdout} = await cli.end();
    expect(code).toBe(69);
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'error', error: {code: 'DEVNET_FAILED'}});
    await world.nothingLeft();
  });

  it('ends without a trace when it is interrupted while the devnet starts', async () => {
    await using world = openWorld();
    const cli = world.start(['run', '--devnet']);
    await cli.until('stderr', /starting a devnet/);
    const {code} = await cli.kill('SIGINT');
    expect(code).toBe(130);
    await world.nothingLeft();
    expect(leftFiles(world)).toEqual([]);
  });

  it('runs twice at the same time in the same home', async () => {
    await using world = openWorld();
    const both = await Promise.all(
      [1, 2].map(() => world.run(['run', '--devnet', '--jobs', '1', '--json', '--quiet'])),
    );
    expect(both.map(({code}) => code)).toEqual([0, 0]);
    await world.nothingLeft();
    expect(leftFiles(world)).toEqual([]);
  });
});
