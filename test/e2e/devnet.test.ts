import {cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {eventually, jsonOf, ndjson, openWorld, ROOT, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {freePort} from '../support/signer.ts';

const K3 = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';

type Submitted = {
  ok: boolean;
  exitCode: number;
  result: {jobs: {jobId: string; results: {operator: string; result: string}[]}[]};
};

/** The error of a command that ends with one; `--json` and plain must agree. */
async function failure(
  world: World,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<{exit: number | null; code: string; text: string}> {
  const plain = await world.ask(args, {env});
  const json = await world.ask([...args, '--json'], {env});
  expect(json.code).toBe(plain.code);
  const envelope = jsonOf(json.stdout) as {error: {code: string}};
  expect(plain.stdout).toBe('');
  expect(plain.stderr).toContain(envelope.error.code);
  return {exit: plain.code, code: envelope.error.code, text: plain.stderr};
}

describe('aos devnet up', () => {
  it('tells in its first line where everything is, and its config works', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const [first] = devnet.cli.lines();
    expect(Object.keys(first!)).toEqual([
      'type',
      'seq',
      'config',
      'operator',
      'operators',
      'dispatcher',
      'urls',
      'contracts',
      'at',
    ]);
    expect(first).toMatchObject({
      type: 'ready',
      seq: 1,
      operator: K3,
      operators: [{operator: K3, config: devnet.config, url: devnet.urls.operator}],
      dispatcher: 'friendly',
      contracts: {vrfRange: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/) as string},
    });
    expect(Object.keys(devnet.urls)).toEqual([
      'chain',
      'signer',
      'dispatcher',
      'dispatcherHttp',
      'operator',
      'worker',
    ]);
    for (const url of Object.values(devnet.urls)) expect(new URL(url).hostname).toBe('127.0.0.1');
    expect(devnet.cli.text('stderr')).toMatch(/development signer/i);

    const file = path.join(world.home, 'aos/devnet.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(jsonOf(readFileSync(file, 'utf8'))).toEqual({
      pid: devnet.cli.pid,
      config: devnet.config,
      urls: devnet.urls,
      control: path.join(path.dirname(devnet.config), 'control.sock'),
    });
    expect(statSync(path.join(path.dirname(devnet.config), 'control.sock')).mode & 0o777).toBe(0o600);
    expect(statSync(devnet.config).mode & 0o777).toBe(0o600);

    // Nobody is connected: what is submitted waits.
    const queued = await world.ask(['devnet', 'submit', '--prompt', 'What is AI?', '--count', '3', '--json']);
    expect(queued.code).toBe(0);
    const {jobs} = (jsonOf(queued.stdout) as Submitted).result;
    expect(jobs).toHaveLength(3);
    const tooEarly = await world.ask([
      'devnet',
      'submit',
      '--prompt',
      'x',
      '--wait',
      '--timeout',
      '50ms',
      '--json',
    ]);
    expect(tooEarly.code).toBe(8);
    expect(tooEarly.stderr).toBe('1 job submitted; waiting for an operator (aos run) to answer\n');
    expect(jsonOf(tooEarly.stdout)).toMatchObject({ok: false, exitCode: 8});

    const operator = world.start(['run', '-c', devnet.config, '--json', '--quiet']);
    await devnet.answered(jobs.map(({jobId}) => jobId));
    const waited = await world.run([
      'devnet',
      'submit',
      '--prompt',
      'What is AI?',
      '--count',
      '2',
      '--wait',
      '--json',
    ]);
    expect(waited.code).toBe(0);
    const answers = (jsonOf(waited.stdout) as Submitted).result.jobs.map(({results}) => results);
    expect(answers.map((results) => results.map((row) => row.operator))).toEqual([[K3], [K3]]);
    expect(answers[0]![0]!.result).not.toBe('');
    expect(answers[1]![0]!.result, 'the engine is deterministic').toBe(answers[0]![0]!.result);
    // The online detection has asked the operator by now.
    await devnet.cli.event('probe', (line) => line['ok'] === true);
    expect((await operator.kill('SIGTERM')).code).toBe(143);

    expect((await devnet.cli.kill('SIGINT')).code).toBe(130);
    await world.nothingLeft();
    expect((await failure(world, ['devnet', 'submit', '--prompt', 'x'])).code).toBe('DEVNET_NOT_RUNNING');
  });

  it('says on a terminal-less stdout what people need', async () => {
    await using world = openWorld();
    const cli = world.start(['devnet', 'up']);
    await cli.until('stdout', /Ctrl-C/);
    for (const part of [K3, 'aos run -c ', 'aos devnet submit', 'ws://127.0.0.1:'])
      expect(cli.text('stdout')).toContain(part);
    expect((await cli.kill('SIGTERM')).code).toBe(143);
    await world.nothingLeft();
  });

  it('takes the range and the ports it is given', async () => {
    await using world = openWorld();
    const names = ['chain', 'signer', 'dispatcher', 'dispatcher-http', 'operator', 'worker'];
    const ports = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await freePort()] as const)),
    );
    const devnet = await devnetUp(world, [
      '--range',
      '0,1',
      ...names.flatMap((name) => [`--${name}-port`, String(ports[name])]),
    ]);
    expect(Object.values(devnet.urls).map((url) => Number(new URL(url).port))).toEqual(
      names.map((name) => ports[name]),
    );
    const ids = await devnet.submit(3);
    const run = await world.run(['run', '-c', devnet.config, '--jobs', '3', '--json']);
    expect(run.code).toBe(0);
    expect(ndjson(run.stdout).at(-1)).toMatchObject({accepted: 3, selected: 0, unselected: 3});
    await devnet.answered(ids);

    const second = await failure(world, ['devnet', 'up', '--signer-port', String(ports['signer'])]);
    expect(second).toMatchObject({exit: 69, code: 'PORT_IN_USE'});
    // The first one lives on and is still the one that is found.
    expect((await world.ask(['devnet', 'submit', '--prompt', 'x'])).code).toBe(0);
    await devnet.cli.kill('SIGTERM');
    await world.nothingLeft();
  });

  it.each(['chain', 'worker', 'dispatcher', 'dispatcher-http'])(
    'ends with an error and nothing left when the %s port is taken',
    async (name) => {
      await using world = openWorld();
      const server = createServer();
      const port = await new Promise<number>((resolve) =>
        server.listen(0, '127.0.0.1', () => resolve((server.address() as {port: number}).port)),
      );
      const {code, stdout} = await world.run(['devnet', 'up', '--json', `--${name}-port`, String(port)]);
      server.close();
      expect(code).toBe(69);
      const last = ndjson(stdout).at(-1);
      expect(last).toMatchObject({type: 'error', exitCode: 69});
      expect(JSON.stringify(last)).toContain(String(port));
      await world.nothingLeft();
    },
  );

  it('sends jobs again after a reconnect, unless --no-redeliver', async () => {
    await using world = openWorld();
    for (const [flags, sent] of [
      [[], 2],
      [['--no-redeliver'], 1],
    ] as const) {
      const devnet = await devnetUp(world, flags);
      const [lost] = await devnet.submit(1, {prompt: 'slow'});
      // A first operator takes the job and loses its journal.
      const first = world.start(['run', '-c', devnet.config, '--json', '--quiet'], {
        env: {AOS_WORKERS_OPML_URL: 'http://127.0.0.1:9'},
      });
      await devnet.cli.event('acknowledged');
      await first.kill('SIGKILL');
      const second = world.start(['run', '-c', devnet.config, '--json', '--quiet'], {
        env: {AOS_STORE_DIR: path.join(world.home, `fresh-${sent}`)},
      });
      await second.event('connected');
      const [fresh] = await devnet.submit(1);
      await devnet.answered([fresh!]);
      if (sent === 2) await devnet.answered([lost!]);
      const times = devnet
        .events('job_sent')
        .filter((line) => (line['key'] as {jobId: string}).jobId === lost);
      expect(times).toHaveLength(sent);
      await second.kill('SIGKILL');
      await devnet.cli.kill('SIGKILL');
      await world.nothingLeft();
    }
  });

  it('ignores a devnet.json that another devnet left behind', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    await devnet.cli.kill('SIGKILL');
    await world.nothingLeft();
    const file = path.join(world.home, 'aos/devnet.json');
    const left = readFileSync(file, 'utf8');
    expect(await failure(world, ['devnet', 'submit', '--prompt', 'x'])).toMatchObject({
      exit: 69,
      code: 'DEVNET_NOT_RUNNING',
    });
    // Its process id is another program's by now.
    writeFileSync(file, left.replace(/"pid": \d+/, `"pid": ${process.pid}`));
    expect(await failure(world, ['devnet', 'submit', '--prompt', 'x'])).toMatchObject({exit: 69});
    writeFileSync(file, '{"pid":');
    expect(await failure(world, ['devnet', 'submit', '--prompt', 'x'])).toMatchObject({
      exit: 69,
      code: 'DEVNET_NOT_RUNNING',
    });
    const next = await devnetUp(world);
    expect((await world.ask(['devnet', 'submit', '--prompt', 'x'])).code).toBe(0);
    await next.cli.kill('SIGTERM');
  });

  it.each([
    ['AOS_ANVIL that is not there', {AOS_ANVIL: '/nonexistent/anvil'}],
    ['AOS_ANVIL that cannot be run', {AOS_ANVIL: '/etc/passwd'}],
    ['AOS_ANVIL that is not on an empty PATH', {AOS_ANVIL: 'anvil', PATH: ''}],
  ])('says what is missing: %s', async (_name, env) => {
    await using world = openWorld();
    const error = await failure(world, ['devnet', 'up'], env);
    expect(error).toMatchObject({exit: 69, code: 'ANVIL_MISSING'});
    expect(error.text).toMatch(/next .*(Foundry|AOS_ANVIL)/);
    const run = await world.ask(['run', '--devnet', '--json'], {env});
    expect(run.code).toBe(69);
    expect(ndjson(run.stdout).at(-1)).toMatchObject({
      type: 'error',
      error: {next: expect.stringContaining('AOS_ANVIL') as string},
    });
    await world.nothingLeft();
  });

  it('says what is missing where neither the package nor PATH has an anvil', async () => {
    await using world = openWorld();
    const program = installWithoutAnvil(path.join(world.home, 'install'));
    const env = {AOS_ANVIL: undefined, PATH: '/nonexistent'};
    const {code, stdout} = await world.run(['devnet', 'up', '--json'], {program, env});
    expect(code).toBe(69);
    expect(ndjson(stdout)).toMatchObject([
      {type: 'error', error: {code: 'ANVIL_MISSING', next: expect.stringContaining('Foundry') as string}},
    ]);
    await world.nothingLeft();
  });

  it('says what anvil said when it ends at once', async () => {
    await using world = openWorld();
    const fake = world.file('anvil', '#!/bin/sh\necho "no such chain" >&2\nexit 3\n', 0o700);
    const error = await failure(world, ['devnet', 'up'], {AOS_ANVIL: fake});
    expect(error).toMatchObject({exit: 69, code: 'ANVIL_FAILED'});
    expect(error.text).toContain('no such chain');
  });

  it('continues without its reader', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    devnet.cli.process.stdout!.destroy();
    devnet.cli.process.stderr!.destroy();
    const ids = await devnet.submit(2);
    const run = await world.run(['run', '-c', devnet.config, '--jobs', '2', '--json', '--quiet']);
    expect(ndjson(run.stdout).at(-1)).toMatchObject({accepted: 2});
    const rows = await eventually(async () => {
      const submitted = await world.ask(['devnet', 'submit', '--prompt', 'x', '--json']);
      return submitted.code === 0 ? submitted : undefined;
    }, 'a devnet that answers');
    expect(rows.code).toBe(0);
    expect(ids).toHaveLength(2);
    await devnet.cli.kill('SIGTERM');
    await world.nothingLeft();
  });
});

/** The package as it is installed where the optional dependency has no build; returns its program. */
function installWithoutAnvil(folder: string): string {
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(path.join(ROOT, part), path.join(folder, part), {recursive: true});
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.') && name !== '@foundry-rs')
      symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  return path.join(folder, 'bin/run.cjs');
}
