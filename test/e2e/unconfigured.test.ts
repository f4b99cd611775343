import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {COMMANDS} from '../../src/lib/foundation/next-step/commands.ts';
import {type Ended, jsonOf, ndjson, openWorld, type World} from '../support/cli.ts';

/** What a command has to be given before it looks for a configuration. */
const ARGS: Readonly<Record<string, readonly string[]>> = {
  'alert mute': ['--for', '1h'],
  'challenge evidence': ['1'],
  'challenge show': ['1'],
  'job receipt': ['abc'],
  'job release': ['abc'],
  'job retry': ['abc'],
  'job show': ['abc'],
  'tx cancel': ['0x12'],
  'tx speed-up': ['0x12'],
};
/**
 * These have an answer without a configuration, ask for a terminal first (dash), or name the operator that runs on this
 * machine, of another test or of a person: test/integration/features/life/node.test.ts has those.
 */
const OTHER: ReadonlySet<string> = new Set([
  ...['config show', 'dash', 'doctor', 'guide', 'init'],
  ...['drain', 'logs', 'reload', 'restart', 'stop'],
  ...['verify attestation', 'verify proof', 'verify receipt'],
]);
const NEEDY = Object.entries(COMMANDS)
  .filter(([id, {takesConfig}]) => takesConfig && !OTHER.has(id))
  .map(([id]) => id);

let world: World;
const runs = new Map<string, Ended>();
const lineOf = (id: string, json: boolean): string[] => [
  ...id.split(' '),
  ...(ARGS[id] ?? []),
  ...(json ? ['--json'] : []),
];
beforeAll(async () => {
  world = openWorld();
  const lines = [
    ...NEEDY.flatMap((id) => [lineOf(id, false), lineOf(id, true)]),
    [],
    ['--json'],
    ['guide', '--json'],
    ['--quiet', '--nonsense'],
    ['doctor', '--only', 'config'],
  ];
  for (const args of lines) runs.set(args.join(' '), await world.ask(args));
});
afterAll(() => world[Symbol.asyncDispose]());

function ran(args: readonly string[]): Ended {
  const one = runs.get(args.join(' '));
  if (one === undefined) throw new Error(`${args.join(' ')} was not run`);
  return one;
}

describe('without a configuration', () => {
  it('there are commands that need one', () => {
    expect(NEEDY.length).toBeGreaterThan(20);
    for (const id of Object.keys(ARGS)) expect(NEEDY).toContain(id);
  });

  it.each(NEEDY)('aos %s says one sentence and the next step, exit 78', (id) => {
    const plain = ran(lineOf(id, false));
    const about = plain.stdout + plain.stderr;
    expect(plain.code, about).toBe(78);
    expect(plain.stdout).toBe('');
    const lines = plain.stderr.trimEnd().split('\n');
    expect(lines[0], about).toMatch(/^Error: there is no configuration yet \(looked for config\.yaml, /);
    expect(lines[1]).toBe('  code   CONFIG_MISSING');
    expect(lines.at(-1)).toMatch(/^ {2}next {3}.*aos init$/);
    expect(lines).toHaveLength(4);

    const json = ran(lineOf(id, true));
    expect(json.code, json.stdout + json.stderr).toBe(78);
    expect(json.stderr).toBe('');
    const document = id === 'run' ? ndjson(json.stdout).at(-1) : jsonOf(json.stdout);
    expect(document).toMatchObject({
      schema: 'aos.error/v1',
      ok: false,
      exitCode: 78,
      error: {
        code: 'CONFIG_MISSING',
        message: lines[0]?.slice('Error: '.length),
        next: expect.stringMatching(/aos init$/) as string,
      },
    });
  });

  it('aos doctor names aos init', () => {
    const {stdout} = ran(['doctor', '--only', 'config']);
    expect(stdout).toContain('aos init');
  });
});

describe('aos alone', () => {
  it('is the first screen, also as JSON and as aos guide', () => {
    const {code, stdout, stderr} = ran([]);
    expect({code, stderr}).toEqual({code: 0, stderr: ''});
    expect(stdout).toMatch(/1\. aos init[^]*5\. aos run[^]*\nNext: aos init\n/);
    for (const args of [['--json'], ['guide', '--json']]) {
      const json = ran(args);
      expect(json.code).toBe(0);
      expect(jsonOf(json.stdout)).toMatchObject({
        schema: 'aos.guide/v1',
        exitCode: 0,
        result: {steps: [{id: 'init', state: 'pending'}, {}, {}, {}, {id: 'run'}], next: 'aos init'},
      });
    }
  });

  it('takes its own flags only', () => {
    const {code, stderr} = ran(['--quiet', '--nonsense']);
    expect(code).toBe(64);
    expect(stderr).toMatch(/no command behind these flags[^]*aos --help/);
  });
});
