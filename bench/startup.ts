import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {median, type Row} from './figures.ts';

const ROUNDS = 30;
/** Packages that must not be loaded for a command that needs neither screen nor chain. */
const HEAVY = /node_modules\/(ink|react|react-reconciler|viem|ox|abitype)\//;

/** Start-up against bare Node, interleaved, so that whatever else the machine does hits all alike. */
export function benchStartup(root: string): Row[] {
  const part = `Start-up: ${ROUNDS} interleaved runs of each, NODE_EXTRA_CA_CERTS unset`;
  const env = {...process.env};
  for (const name of ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'NODE_V8_COVERAGE'])
    Reflect.deleteProperty(env, name);
  const cli = path.join(root, 'bin/run.cjs');
  const commands = {
    bare: ['-e', '0'],
    version: [cli, '--version'],
    help: [cli, 'signer', 'check', '--help'],
  };
  const times: Record<keyof typeof commands, number[]> = {bare: [], version: [], help: []};
  const names = Object.keys(commands) as (keyof typeof commands)[];
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const name of names) {
      const start = performance.now();
      const {status, stderr} = spawnSync(process.execPath, commands[name], {env});
      if (status !== 0) throw new Error(`${name} exited with ${String(status)}: ${stderr.toString()}`);
      if (round >= 0) times[name].push(performance.now() - start);
    }
  }
  const least = (name: keyof typeof commands): number => Math.min(...times[name]);
  const note = (name: keyof typeof commands): string =>
    `median ${median(times[name]).toFixed(1)} ms, least ${least(name).toFixed(1)} ms`;
  const ratioNote = (name: keyof typeof commands): string =>
    `of the least times ${(least(name) / least('bare')).toFixed(2)} ×`;
  return [
    {part, what: 'node -e 0', figure: median(times.bare), unit: 'ms', note: note('bare')},
    {part, what: 'aos --version', figure: median(times.version), unit: 'ms', note: note('version')},
    {part, what: 'aos signer check --help', figure: median(times.help), unit: 'ms', note: note('help')},
    {
      part,
      what: 'ratio of aos --version (medians)',
      figure: median(times.version) / median(times.bare),
      unit: '×',
      target: {atMost: 1.5},
      note: ratioNote('version'),
    },
    {
      part,
      what: 'ratio of aos signer check --help (medians)',
      figure: median(times.help) / median(times.bare),
      unit: '×',
      target: {atMost: 4.2},
      note: ratioNote('help'),
    },
    ...(['version', 'help'] as const).map((name) => {
      const heavy = heavyModules(root, commands[name], env);
      return {
        part,
        what: `ink, react, viem modules in aos ${commands[name].slice(1).join(' ')}`,
        figure: heavy.length,
        unit: '',
        target: {atMost: 0},
        note: heavy.slice(0, 3).join(', '),
      };
    }),
  ];
}

/** Lists the modules of heavy packages among the scripts that V8 loaded in one run; dist/meta.json lists each bundle's. */
function heavyModules(root: string, args: readonly string[], env: NodeJS.ProcessEnv): string[] {
  const dir = mkdtempSync(path.join(tmpdir(), 'aos-bench-modules-'));
  try {
    spawnSync(process.execPath, args, {env: {...env, NODE_V8_COVERAGE: dir}});
    const urls = new Set(readdirSync(dir).flatMap((name) => scriptsIn(path.join(dir, name))));
    if (!urls.has(pathToFileURL(path.join(root, 'bin/run.cjs')).href))
      throw new Error('the run left no list of its scripts');
    const {outputs} = JSON.parse(readFileSync(path.join(root, 'dist/meta.json'), 'utf8')) as Meta;
    const bundled = Object.entries(outputs).flatMap(([file, {inputs}]) =>
      urls.has(pathToFileURL(path.join(root, file)).href) ? Object.keys(inputs) : [],
    );
    return [...urls, ...bundled].filter((name) => HEAVY.test(name));
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

type Meta = {outputs: Record<string, {inputs: Record<string, unknown>}>};

function scriptsIn(file: string): string[] {
  const {result} = JSON.parse(readFileSync(file, 'utf8')) as {result: {url: string}[]};
  return result.map(({url}) => url);
}
