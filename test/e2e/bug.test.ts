import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {ndjson, openWorld, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';

let world: World;
let devnet: DevnetUp;
let env: Record<string, string>;
beforeAll(async () => {
  world = openWorld();
  devnet = await devnetUp(world);
  // Something that nobody foresaw, when we want it.
  const preload = world.file(
    'preload.mjs',
    `process.on('SIGUSR2', () => { throw new Error('out of order at http://user:pass@signer:9000'); });`,
  );
  env = {NODE_OPTIONS: `--import=${preload}`};
});
afterAll(() => world[Symbol.asyncDispose]());

describe('an error that nobody catches', () => {
  it('ends aos run with what happened, what to do and where it was, and the exit code of a bug', async () => {
    const cli = world.start(['run', '-c', devnet.config, '--json'], {env});
    await cli.event('connected');
    const {code, stdout, stderr} = await cli.kill('SIGUSR2');
    expect(code).toBe(1);
    expect(ndjson(stdout).at(-1)).toMatchObject({
      type: 'error',
      error: {code: 'BUG', message: expect.stringContaining('out of order') as string},
    });
    expect(stderr).toMatch(/\n {4}at .*preload\.mjs/);
    expect(stdout + stderr).not.toContain('user:pass');
  });

  it('is told in words where people read', async () => {
    const cli = world.start(['run', '-c', devnet.config], {env});
    await cli.until('stderr', /connected to/);
    const {code, stdout, stderr} = await cli.kill('SIGUSR2');
    expect({code, stdout}).toEqual({code: 1, stdout: ''});
    expect(stderr).toMatch(/Error: out of order.*BUG/s);
    expect(stderr).toMatch(/next/);
  });
});
