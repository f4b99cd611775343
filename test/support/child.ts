import {spawn, type ChildProcessByStdio, type SpawnOptions} from 'node:child_process';
import {mkdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {createInterface} from 'node:readline';
import {build} from 'esbuild';

const root = path.join(import.meta.dirname, '../..');
/** Below node_modules, so that the packages which stay outside the bundle are found. */
const outDir = path.join(root, 'node_modules/.cache/aos-test-children');

export type Child = {
  process: ChildProcessByStdio<Writable, Readable, Readable>;
  /** The lines of its stdout. */
  lines: AsyncIterableIterator<string>;
  ended: Promise<void>;
};

/** Bundles a TypeScript file of test/fixtures, as Node 20 cannot run it; resolves with the path of the program. */
export async function bundleChild(name: string): Promise<string> {
  mkdirSync(outDir, {recursive: true});
  const outfile = path.join(outDir, `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [path.join(root, 'test/fixtures', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@photostructure/sqlite', 'libsodium-wrappers-sumo', '@foundry-rs/*'],
    // CommonJS packages inside still ask for it, as in the real bundle.
    banner: {
      js: "import {createRequire as requireFrom} from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
  });
  process.once('exit', () => rmSync(outfile, {force: true}));
  return outfile;
}

export function startChild(program: string, args: readonly string[] = [], options: SpawnOptions = {}): Child {
  const child = spawn(process.execPath, [program, ...args], {...options, stdio: ['pipe', 'pipe', 'pipe']});
  child.stderr.pipe(process.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {process: child, lines, ended};
}
