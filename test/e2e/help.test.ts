import {execFile} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {AOS, jsonOf, openWorld, ROOT, type World} from '../support/cli.ts';

const BUILD_INFO = pathToFileURL(path.join(ROOT, 'dist/build-info.js')).href;
const MAIN = pathToFileURL(path.join(ROOT, 'dist/main.js')).href;

type Flag = {
  char?: string;
  type: string;
  default?: unknown;
  options?: string[];
  required?: boolean;
  exclusive?: string[];
  multiple?: boolean;
  allowNo?: boolean;
};
type Manifest = {
  commands: Record<
    string,
    {flags: Record<string, Flag>; aliases: string[]; enableJsonFlag: boolean; hidden?: boolean}
  >;
};

/** Prints what oclif prints for each of many command lines, as JSON. */
const ALL_HELP = `import {main} from 'MAIN';
const write = process.stdout.write.bind(process.stdout);
const texts = [];
for (const args of JSON.parse(process.argv[2])) {
  let text = '';
  process.stdout.write = (chunk) => { text += chunk; return true; };
  await main('ROOT', args);
  texts.push(text);
}
write(JSON.stringify(texts));
`;

let world: World;
let ids: string[];
let manifest: Manifest;
/** oclif's own entry, past the shim. */
let oclif: string;
beforeAll(async () => {
  world = openWorld();
  oclif = world.file(
    'oclif.mjs',
    `import {main} from '${MAIN}';\nawait main('${ROOT}', process.argv.slice(2));\n`,
  );
  const text = await new Promise<string>((resolve, reject) => {
    const script = `import {manifestText} from '${BUILD_INFO}'; process.stdout.write(await manifestText('${ROOT}'));`;
    execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      {env: world.env, maxBuffer: 1e8},
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(error.message, {cause: error}));
      },
    );
  });
  manifest = jsonOf(text) as Manifest;
  ids = Object.keys(manifest.commands).map((id) => id.replaceAll(':', ' '));
});
afterAll(() => world[Symbol.asyncDispose]());

describe('what the shim answers by itself', () => {
  it('is what oclif prints', async () => {
    const topics = [
      ...new Set(ids.flatMap((id) => [...id.matchAll(/ /g)].map(({index}) => id.slice(0, index)))),
    ];
    const asked = ['', ...ids, ...topics].flatMap((id) => {
      const words = id.split(' ').filter((word) => word !== '');
      return [
        [...words, '--help'],
        ['help', ...words],
      ];
    });
    // Each in a process of its own would take minutes on a machine that has other work.
    const texts = jsonOf(readFileSync(path.join(ROOT, 'dist/help.json'), 'utf8')) as Record<string, string>;
    const all = world.file('all.mjs', ALL_HELP.replace('MAIN', MAIN).replace('ROOT', ROOT));
    const own = jsonOf((await world.run([JSON.stringify(asked)], {program: all})).stdout) as string[];
    expect(asked.map((args, index) => ({args, text: own[index]}))).toEqual(
      asked.map((args) => ({
        args,
        text: `${texts[args.filter((word) => word !== 'help' && word !== '--help').join(' ')] ?? ''}\n`,
      })),
    );
    for (const args of [['--version'], ['help', 'signer', 'check'], ['devnet', '--help']]) {
      const shim = await world.run(args);
      expect({args, ...shim}).toEqual({args, ...(await world.run(args, {program: oclif}))});
      expect(shim).toMatchObject({code: 0, stderr: ''});
      expect(shim.stdout.length).toBeGreaterThan(20);
    }
  });

  it('reads well', async () => {
    const texts = jsonOf(readFileSync(path.join(ROOT, 'dist/help.json'), 'utf8')) as Record<string, string>;
    for (const id of ['', ...ids]) {
      const text = `${texts[id] ?? ''}\n`.replace(/aos-operator\/\S+ \S+ node-v\S+/, 'aos-operator/VERSION');
      // It is printed before any locale or flag is looked at.
      expect(text, id).toMatch(/^[\x20-\x7e\n]*$/);
      await expect(text).toMatchFileSnapshot(
        `snapshots/help${id === '' ? '' : `-${id.replaceAll(' ', '-')}`}.txt`,
      );
    }
  });

  it('loads no module of the build', async () => {
    for (const args of [['--version'], ['--help'], ['signer', 'check', '--help'], ['help', 'run']])
      expect(await loaded([AOS, ...args])).toEqual([]);
  });
});

describe('the surface of the command line', () => {
  it('is what it was', async () => {
    const lines = Object.entries(manifest.commands).flatMap(([id, {flags, aliases, enableJsonFlag}]) => [
      `${id.replaceAll(':', ' ')}${aliases.length > 0 ? ` (${aliases.join(', ')})` : ''}${enableJsonFlag ? '' : ' [no --json]'}`,
      ...Object.entries(flags).map(([name, flag]) => `  ${flagLine(name, flag)}`),
    ]);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('snapshots/surface.txt');
  });

  it('starts without what a command does not need', async () => {
    const outputs = (
      jsonOf(readFileSync(path.join(ROOT, 'dist/meta.json'), 'utf8')) as {
        outputs: Record<string, {inputs: object}>;
      }
    ).outputs;
    const packagesOf = (file: string): string[] =>
      Object.keys(outputs[path.relative(ROOT, file)]?.inputs ?? {}).flatMap(
        (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? [],
      );
    for (const args of [['--version'], ['signer', 'check', '--help']]) {
      const files = await loaded([oclif, ...args]);
      expect(files.length).toBeGreaterThan(0);
      const packages = [...new Set(files.flatMap(packagesOf))];
      expect(packages).toContain('@oclif/core');
      expect({
        args,
        heavy: packages.filter((name) =>
          /^(ink|react|react-reconciler|viem|ox|abitype|ora|@inquirer\/.*)$/.test(name),
        ),
      }).toEqual({args, heavy: []});
    }
  });
});

function flagLine(name: string, flag: Flag): string {
  const parts = [
    `${flag.allowNo === true ? '[no-]' : ''}--${name}`.replace('[no-]--', '--[no-]'),
    flag.char === undefined ? '' : `-${flag.char}`,
    flag.type,
    flag.required === true ? 'required' : '',
    flag.multiple === true ? 'multiple' : '',
    flag.default === undefined ? '' : `default ${JSON.stringify(flag.default)}`,
    flag.options === undefined ? '' : `one of ${flag.options.join('|')}`,
    flag.exclusive === undefined ? '' : `not with ${flag.exclusive.join(', ')}`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** The files of dist/ that a program loads, seen by a hook on Node's module loader. */
async function loaded(args: readonly string[]): Promise<string[]> {
  const log = path.join(world.home, 'loaded');
  const hook = `import {appendFileSync} from 'node:fs'; export function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context); }`;
  const register = world.file(
    'register.mjs',
    `import {register} from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`,
  );
  world.file('loaded', '');
  await world.run(args.slice(1), {
    program: args[0]!,
    env: {NODE_OPTIONS: `--import=${pathToFileURL(register).href}`},
  });
  const prefix = pathToFileURL(path.join(ROOT, 'dist/')).href;
  const files = readFileSync(log, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith(prefix));
  return files.map((url) => new URL(url).pathname).filter((file) => existsSync(file));
}
