import {readFileSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {goodFile} from '../support/config-file.ts';
import {jsonOf, ndjson, openWorld, type World} from '../support/cli.ts';
import {askEveryCommand} from '../support/every-command.ts';

let world: World;
beforeAll(() => {
  world = openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('every command, with nobody there', () => {
  it('ends by itself, asks nothing, and never takes a missing answer for a yes', async () => {
    // Each with `--json`; a third of them plain too, as processes: `npm run test:hostile` starts all of them both ways.
    await askEveryCommand(world, {isAskedPlain: (index) => index % 3 === 0, jsonBy: 'ask'});
  });

  it('ends a network whose starter has gone, also before it is ready', async () => {
    const {code, stdout} = await world.run(['devnet', 'up', '--exit-with-stdin', '--json', '--quiet']);
    expect({code, stdout}).toEqual({code: 0, stdout: ''});
    await world.nothingLeft();
  });

  it('ends a network that cannot start, while its starter still lives', async () => {
    const shell = 'mkfifo open; exec 3<>open; exec $AOS devnet up --exit-with-stdin --json --quiet <open';
    const {code, stdout} = await world.start([], {shell, env: {AOS_ANVIL: '/nowhere/anvil'}}).end();
    expect(code).not.toBe(0);
    expect(ndjson(stdout)).toMatchObject([{type: 'error', error: {code: 'ANVIL_MISSING'}}]);
  });

  it('names all that is missing at once', async () => {
    const {code, stderr} = await world.ask(['init']);
    expect(code).toBe(64);
    for (const flag of ['--node-id', '--signer-url']) expect(stderr).toContain(flag);
  });
});

describe('a reader that goes away', () => {
  it.each([
    ['stdout', '$AOS explain | true'],
    ['stdout, in the middle', '$AOS explain --json | head -c 1'],
    ['stdout of help', '$AOS --help | true'],
    ['stderr', '$AOS run -c nowhere.yaml 2>&1 >/dev/null | true'],
    ['both', '$AOS schema run 2>&1 | true'],
  ])('is no failure: %s', async (_name, shell) => {
    // The state of the first of the pipeline is what is asked for; sh has no pipefail.
    const command = shell.replace(/^(.*?) \|/, '{ $1; echo "code $?" >>code.txt; } |');
    await world.run([], {shell: `rm -f code.txt; ${command}`, cwd: world.home});
    const wanted = shell.includes('nowhere') ? 'code 78\n' : 'code 0\n';
    expect(readFileSync(path.join(world.home, 'code.txt'), 'utf8')).toBe(wanted);
  });
});

describe('colour and signs', () => {
  const failing = ['explain', 'nonsense'];
  it.each([
    [['--color', 'always'], {NO_COLOR: '1'}, true],
    [[], {FORCE_COLOR: '1'}, true],
    [[], {FORCE_COLOR: '1', NO_COLOR: '1'}, false],
    [[], {CLICOLOR_FORCE: '1', AOS_NO_COLOR: '1'}, false],
    [[], {AOS_FORCE_TTY: '120'}, true],
    [[], {AOS_FORCE_TTY: '120', TERM: 'dumb'}, false],
    [[], {}, false],
  ])('%j %j: %j', async (flags, env, colored) => {
    const {code, stderr} = await world.run([...failing, ...flags], {env: {TERM: 'xterm', ...env}});
    expect(code).toBe(64);
    expect(stderr.includes('\x1b[')).toBe(colored);
    // Node warns of both variables at once.
    expect(stderr).not.toContain('Warning');
    expect(stderr.replaceAll(/\x1b\[[\d;]*m/g, '')).toMatch(/^Error: there is no code/);
  });

  it.each([
    [['--ascii'], {}],
    [[], {LC_ALL: 'C'}],
    [[], {AOS_ASCII: '1'}],
  ])('%j %j is ASCII alone', async (flags, env) => {
    const plain = await world.ask(['explain', 'JOURNAL_UNREADABLE', '--no-ascii']);
    const ascii = await world.ask(['explain', ...flags], {env});
    expect(plain.code).toBe(0);
    expect(ascii.stdout).toMatch(/^[\x20-\x7e\n]+$/);
    expect((await world.ask(['explain', '--no-ascii'], {env})).stdout).toMatch(/[^\x00-\x7f]/);
  });

  it('fits the width that is forced', async () => {
    const lines = async (width: string): Promise<string[]> =>
      (await world.ask(['explain', '77'], {env: {AOS_FORCE_TTY: width, TERM: 'dumb'}})).stdout.split('\n');
    const [narrow, wide] = [await lines('50'), await lines('140')];
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(narrow.length).toBeGreaterThan(wide.length);
  });
});

describe('what is said about what was typed', () => {
  it('is JSON with --json, also where there is no such command, schema or code', async () => {
    for (const args of [['rnu'], ['schema', 'sttus'], ['explain', 'sginer_refused'], ['help', 'rnu']]) {
      const {code, stdout, stderr} = await world.ask([...args, '--json']);
      expect({code, stderr}).toEqual({code: 64, stderr: ''});
      expect(jsonOf(stdout)).toMatchObject({schema: 'aos.error/v1', ok: false, exitCode: 64});
      expect(stdout).toMatch(/did you mean|--help/);
    }
  });

  it('names the configuration in the next step', async () => {
    world.file('vrf.key', 'a'.repeat(64));
    const file = world.file('my config.yaml', goodFile());
    const named = `aos run -c '${file}'`;
    const {stdout} = await world.ask(['status', '--offline', '-c', file]);
    expect(stdout).toContain(named);
    const json = await world.ask(['status', '--offline', `--config=${file}`, '--json']);
    expect((jsonOf(json.stdout) as {result: {verdict: {next: string}}}).result.verdict.next).toContain(named);
    // Where it was not named by hand the next command finds it the same way.
    const found = await world.ask(['status', '--offline'], {env: {AOS_CONFIG: file}});
    expect(found.stdout).toContain('aos run');
    expect(found.stdout).not.toContain(named);
  });

  it('lists the exit codes', async () => {
    const help = await world.run(['help', 'exit-codes']);
    expect(help).toMatchObject({code: 0, stderr: ''});
    expect(help.stdout).toMatch(/^ +77 +refused for safety/m);
    expect((await world.ask(['explain', 'exit-codes'])).stdout).toBe(help.stdout);
    const {stdout} = await world.ask(['help', 'exit-codes', '--json']);
    expect(jsonOf(stdout)).toMatchObject({schema: 'aos.explain-list/v1', ok: true});
  });
});
