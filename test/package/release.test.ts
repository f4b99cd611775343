import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs';
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
