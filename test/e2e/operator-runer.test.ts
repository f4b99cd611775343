import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {AOS, jsonOf, ndjson, openWorld, OPERATOR_RUNER, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

let world: World;
beforeAll(() => {
  world = openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const program = OPERATOR_RUNER;

describe('operator-runer', () => {
  it('runs the operator as the reference’s service file starts it', async () => {
    const devnet = await devnetUp(world);
    await devnet.submit(2);
    const {code, stdout} = await world.run(['-c', devnet.config, '--jobs', '2', '--json'], {program});
    expect(code).toBe(0);
    expect(ndjson(stdout).at(-1)).toMatchObject({type: 'summary', accepted: 2});
    const service = world.start(['-c', devnet.config], {program});
    await service.until('stderr', /connected to/);
    expect((await service.kill('SIGTERM')).code).toBe(143);
    await devnet.cli.kill('SIGTERM');
  });

  it('answers --version and --help', async () => {
    for (const flag of ['--version', '-V']) {
      const [own, aos] = await Promise.all([
        world.run([flag], {program}),
        world.run(['--version'], {program: AOS}),
      ]);
      expect(own).toEqual(aos);
      expect(own.stdout).toMatch(/^aos-operator\/\d+\.\d+\.\d+ linux-\S+ node-v\d+/);
    }
    for (const flag of ['--help', '-h']) {
      const help = await world.run([flag], {program});
      expect(help.code).toBe(0);
      expect(help.stdout).toContain('--jobs');
    }
  });

  it.each([
    [['-k'], /Web3Signer/],
    [['--eth_account'], /Web3Signer/],
    [['-i', 'postgres://aos:hunter2@db/aos', '-c', 'x.yaml', '-k'], /Web3Signer/],
  ])('%j is refused with the aos way', async (args, way) => {
    const plain = await world.run(args, {program});
    const json = await world.run([...args, '--json'], {program});
    expect({plain: plain.code, json: json.code}).toEqual({plain: 64, json: 64});
    expect(plain.stderr).toMatch(way);
    // As aos run: the last line of a stream.
    expect(jsonOf(json.stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({
      type: 'error',
      ok: false,
      exitCode: 64,
      error: {code: 'USAGE'},
    });
    expect(plain.stdout + plain.stderr + json.stdout + json.stderr).not.toContain('hunter2');
  });

  it('makes no database for the published start script, says so, and lets it continue', async () => {
    const init = await world.run(['-i', 'postgres://aos:hunter2@db/aos'], {program});
    expect(init).toMatchObject({code: 0, stdout: ''});
    expect(init.stderr).toMatch(
      /^operator-runer is aos here: -i\/--init_pg does nothing, .* journal by itself/,
    );
    expect(init.stderr.split('\n')).toHaveLength(2);
    const both = await world.run(['-i', 'postgres://aos:hunter2@db/aos', '-c', 'none.yaml'], {program});
    expect(both.code).toBe(78);
    expect(init.stderr + both.stderr).not.toContain('hunter2');
  });

  it('takes no other command', async () => {
    const {code, stdout} = await world.run(['devnet', 'up'], {program});
    expect({code, stdout}).toEqual({code: 64, stdout: ''});
  });
});
