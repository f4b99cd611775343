import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, ROOT} from '../support/cli.ts';
import {installTarball, type Packed, packTarball} from '../support/tarball.ts';

const MB = 1_000_000;

let folder = '';
let packed: Packed;
let installed = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'aos-tarball-'));
  packed = packTarball(folder);
  installed = installTarball(packed.file, path.join(folder, 'prefix'));
});
afterAll(() => {
  rmSync(folder, {recursive: true, force: true});
});

/** Runs the installed program with nothing of this machine's environment but the way to node. */
function aos(...args: string[]): string {
  return execFileSync(path.join(folder, 'prefix/bin/aos'), args, {
    cwd: folder,
    env: {PATH: path.dirname(process.execPath), HOME: folder},
    encoding: 'utf8',
  });
}

describe('the tarball', () => {
  it('holds the program, its documents and their pictures, and nothing of the workshop', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        'bin/run.cjs',
        'dist/main.js',
        'dist/THIRD-PARTY-LICENSES.txt',
        'docs/config.md',
        'docs/img/dashboard.svg',
        'deploy/Containerfile',
        'deploy/compose.yaml',
        'README.md',
        'CHANGELOG.md',
        'LICENSE',
      ]),
    );
    expect(
      packed.files.filter((name) =>
        /^(src|test|bench|scripts|contracts)\/|^dist\/.*(\.tsx?|\.map|meta\.json)$/.test(name),
      ),
    ).toEqual([]);
  });

  it('has SQLite for Linux alone, once for each processor and C library', () => {
    expect(packed.files.filter((name) => name.endsWith('.node')).toSorted()).toEqual([
      'dist/sqlite/prebuilds/linux-arm64/@photostructure+sqlite.glibc.node',
      'dist/sqlite/prebuilds/linux-arm64/@photostructure+sqlite.musl.node',
      'dist/sqlite/prebuilds/linux-x64/@photostructure+sqlite.glibc.node',
      'dist/sqlite/prebuilds/linux-x64/@photostructure+sqlite.musl.node',
    ]);
  });

  it('is under 35 MB with the packages that it needs', () => {
    expect(packed.unpackedSize).toBeLessThan(35 * MB);
    expect(sizeOf(installed)).toBeLessThan(35 * MB);
  });

  it('leads nowhere: every link of its documents is in it', () => {
    const dead = packed.files
      .filter((name) => name.endsWith('.md') && !name.startsWith('node_modules/'))
      .flatMap((name) =>
        linksOf(name)
          .filter((link) => !existsSync(path.join(installed, link)))
          .map((link) => `${name}: ${link}`),
      );
    expect(dead).toEqual([]);
  });

  it('comes from no host that a lockfile names', () => {
    expect(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});

describe('an install from the tarball, without a registry and without install scripts', () => {
  it('says its version', () => {
    const {version} = jsonOf(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {version: string};
    expect(aos('--version')).toMatch(new RegExp(`^aos-operator/${version} linux-`));
  });

  it('makes a VRF key and proves by it (libsodium)', () => {
    expect(aos('keys', 'vrf', 'create', '--file', './vrf.key')).toMatch(/public key {3}[0-9a-f]{64}/);
    expect(statSync(path.join(folder, 'vrf.key')).mode & 0o777).toBe(0o600);
  });

  it('opens a database (SQLite)', () => {
    const script = `const {DatabaseSync} = require(${JSON.stringify(path.join(installed, 'dist/sqlite/dist/index.cjs'))});
      console.log(new DatabaseSync(':memory:').prepare('select sqlite_version() as v').get().v)`;
    expect(execFileSync(process.execPath, ['-e', script], {encoding: 'utf8'})).toMatch(/^3\.\d+\.\d+\n$/);
  });

  it('brings no other package of npm', () => {
    expect(readdirSync(path.join(folder, 'prefix/lib/node_modules'))).toEqual(['aos-operator']);
    expect(readdirSync(path.join(installed, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(
      ['libsodium-sumo', 'libsodium-wrappers-sumo'],
    );
  });
});

/** Returns the files that a document links to, as paths from the root of the package. */
function linksOf(name: string): string[] {
  const text = readFileSync(path.join(installed, name), 'utf8').replaceAll(/```[^]*?```/g, '');
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].flatMap(([, link = '']) =>
    /^[a-z]+:/.test(link) ? [] : [path.join(path.dirname(name), link)],
  );
}

function sizeOf(dir: string): number {
  return readdirSync(dir, {withFileTypes: true, recursive: true})
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
