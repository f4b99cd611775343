import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {jsonOf, ROOT} from './cli.ts';

export type Packed = {
  /** Absolute path of the tarball. */
  file: string;
  /** Bytes of its files together. */
  unpackedSize: number;
  files: readonly string[];
};

/** Packs what is built in dist/ as `npm publish` would, into a folder. */
export function packTarball(folder: string): Packed {
  const text = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = jsonOf(text) as {filename: string; unpackedSize: number; files: {path: string}[]}[];
  if (packed === undefined) throw new Error('npm pack made nothing');
  return {
    file: path.join(folder, packed.filename),
    unpackedSize: packed.unpackedSize,
    files: packed.files.map(({path: name}) => name),
  };
}

/**
 * Installs a tarball into an empty prefix, from no registry and without install scripts.
 * @returns the folder of the package
 */
export function installTarball(file: string, prefix: string): string {
  execFileSync(
    'npm',
    ['install', '--global', '--offline', '--omit=optional', '--ignore-scripts', `--prefix=${prefix}`, file],
    {env: {...process.env, npm_config_cache: path.join(prefix, 'cache')}, stdio: 'pipe'},
  );
  return path.join(prefix, 'lib/node_modules/aos-operator');
}
