import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {jsonOf, ROOT} from '../support/cli.ts';

const {version: VERSION} = jsonOf(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {version: string};

type Bill = {bomFormat: string; components: {name: string; group?: string; version: string; purl: string}[]};

/** The tool that makes the bill, and the version check of npm, come from the registry. */
const hasRegistry = spawnSync('npm', ['ping'], {timeout: 30_000}).status === 0;

describe.skipIf(!hasRegistry)('a rehearsal of a release (needs the npm registry)', () => {
  let folder = '';
  let before = '';

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'aos-release-'));
    before = tree();
    execFileSync(process.execPath, ['scripts/release.mjs', '--rehearse', '--out', folder], {
      cwd: ROOT,
      stdio: 'pipe',
    });
  });
  afterAll(() => {
    rmSync(folder, {recursive: true, force: true});
  });

  const tree = (): string => execFileSync('git', ['status', '--porcelain'], {cwd: ROOT, encoding: 'utf8'});

  it('makes the tarball, its bill, its changes and the sums that sha256sum checks', () => {
    expect(readdirSync(folder).toSorted()).toEqual([
      'CHANGES.md',
      'SHA256SUMS',
      `aos-operator-${VERSION}.cdx.json`,
      `aos-operator-${VERSION}.tgz`,
    ]);
    expect(spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {cwd: folder}).status).toBe(0);
    expect(tree()).toBe(before);
  });

  it('lists what the bundle contains, and nothing that only builds or tests', () => {
    const bill = jsonOf(readFileSync(path.join(folder, `aos-operator-${VERSION}.cdx.json`), 'utf8')) as Bill;
    const names = bill.components.map(({group, name}) => (group === undefined ? name : `${group}/${name}`));
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(names).toEqual(
      expect.arrayContaining(['viem', 'ink', '@noble/curves', '@photostructure/sqlite', 'libsodium-sumo']),
    );
    for (const absent of ['vitest', 'esbuild', 'eslint', 'typescript', '@foundry-rs/anvil-linux-amd64'])
      expect(names).not.toContain(absent);
    for (const {purl, version} of bill.components) expect(purl).toContain(`@${version}`);
  });
});

describe.skipIf(!hasRegistry)('a release in a clone (needs the npm registry)', () => {
  const next = VERSION.replace(/\d+$/, (patch) => String(Number(patch) + 1));
  let folder = '';
  let clone = '';
  const file = (name: string): string => readFileSync(path.join(clone, name), 'utf8');
  const git = (...args: string[]): string => execFileSync('git', args, {cwd: clone, encoding: 'utf8'});
  const release = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/release.mjs', ...args], {cwd: clone, encoding: 'utf8'});

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'aos-release-'));
    clone = path.join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', ROOT, clone]);
    execFileSync('cp', ['-a', '--reflink=auto', path.join(ROOT, 'node_modules'), clone]);
    git('config', 'user.name', 'a test');
    git('config', 'user.email', 'test@example.org');
    // Just after a release nothing is unreleased.
    const changes = file('CHANGELOG.md').replace(
      /^## Unreleased$/m,
      '$&\n\n### Added\n\n- A line of a test.',
    );
    writeFileSync(path.join(clone, 'CHANGELOG.md'), changes);
    git('commit', '--quiet', '-am', 'changelog: add a line');
  });
  afterAll(() => {
    rmSync(folder, {recursive: true, force: true});
  });

  it('changes nothing where it cannot end well', () => {
    const taken = path.join(folder, 'taken');
    mkdirSync(taken);
    writeFileSync(path.join(taken, 'other'), '');
    for (const [args, said] of [
      [[next, '--out', taken], 'is not empty'],
      [['0.0.1'], 'is older than'],
      [['next'], 'usage: '],
    ] as const) {
      const {status, stderr} = release(...args);
      expect([status, stderr.split('\n')[0]]).toEqual([1, expect.stringContaining(said)]);
      expect(git('status', '--porcelain')).toBe('');
    }
  });

  it('has the version everywhere, and what it made installs', () => {
    const {status, stdout, stderr} = release(next);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`git commit -am "release: ${next}"`);
    const changed = git('status', '--porcelain')
      .split('\n')
      .filter((line) => line !== '');
    expect(changed.map((line) => line.slice(3))).toEqual([
      ...['CHANGELOG.md', 'oclif.manifest.json', 'package-lock.json', 'package.json'],
    ]);
    for (const name of ['oclif.manifest.json', 'package-lock.json', 'package.json'])
      expect(jsonOf(file(name))).toMatchObject({version: next});
    expect(file('CHANGELOG.md')).toMatch(/^## Unreleased\n\n## \d+\.\d+\.\d+ - \d{4}-\d\d-\d\d\n/m);
    const made = path.join(clone, 'release');
    expect(readFileSync(path.join(made, 'CHANGES.md'), 'utf8')).toContain('- A line of a test.');
    expect(spawnSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], {cwd: made}).status).toBe(0);
    const prefix = path.join(folder, 'prefix');
    const tarball = path.join(made, `aos-operator-${next}.tgz`);
    execFileSync('npm', ['install', '--global', '--offline', `--prefix=${prefix}`, tarball], {stdio: 'pipe'});
    const said = execFileSync(path.join(prefix, 'bin/aos'), ['--version'], {encoding: 'utf8'});
    expect(said).toContain(`aos-operator/${next} `);
  });
});
