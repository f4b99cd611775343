/**
 * Makes a release, up to the two commands that a person types: `node scripts/release.mjs VERSION [--out FOLDER]`.
 * It sets the version and the changelog, builds, and writes the tarball, the bill of materials, the changes and SHA256SUMS.
 * `--rehearse` in place of a version does the same with the present version and changes no file of the repository.
 */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {billOfMaterials} from './bill-of-materials.mjs';
import {changesOf, releaseChanges} from './changelog.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const {values, positionals} = parseArgs({
  options: {
    out: {type: 'string', default: path.join(root, 'release')},
    rehearse: {type: 'boolean', default: false},
  },
  allowPositionals: true,
});

/** What a release changes in the repository. */
const VERSIONED = ['CHANGELOG.md', 'oclif.manifest.json', 'package-lock.json', 'package.json'];
const out = path.resolve(values.out);
const read = (name) => readFileSync(path.join(root, name), 'utf8');
const run = (program, ...args) =>
  execFileSync(program, args, {cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
const present = JSON.parse(read('package.json')).version;

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function isNewer(version, than) {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number));
  const at = left.findIndex((part, index) => part !== right[index]);
  return at >= 0 && left[at] > right[at];
}

/** Sets the version everywhere; the first release has the version that is there. */
function setVersion(version) {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    fail('usage: node scripts/release.mjs VERSION (such as 0.2.0) | --rehearse');
  if (run('git', 'status', '--porcelain') !== '')
    fail('commit first: a release is made from what is committed');
  if (version !== present && !isNewer(version, present)) fail(`${version} is older than ${present}`);
  const changelog = dated(read('CHANGELOG.md'), version);
  process.on('exit', (code) => {
    if (code !== 0)
      process.stderr.write(`nothing is released; the way back: git checkout -- ${VERSIONED.join(' ')}\n`);
  });
  if (version !== present) run('npm', 'version', version, '--no-git-tag-version', '--ignore-scripts');
  writeFileSync(path.join(root, 'CHANGELOG.md'), changelog);
  // The build loads it, and complains of another version than that of the package.
  const manifest = read('oclif.manifest.json').replace(`"version": "${present}"`, `"version": "${version}"`);
  writeFileSync(path.join(root, 'oclif.manifest.json'), manifest);
  run('npm', 'run', '--silent', 'manifest');
}

/** The changelog with a heading for the version. */
function dated(text, version) {
  try {
    return releaseChanges(text, version, new Date().toISOString().slice(0, 10));
  } catch (error) {
    return fail(error.message);
  }
}

// Before anything is changed: what is already there may be another release.
mkdirSync(out, {recursive: true});
if (readdirSync(out).length > 0) fail(`${out} is not empty`);
const version = values.rehearse ? present : (positionals[0] ?? '');
if (!values.rehearse) setVersion(version);

const [{filename}] = JSON.parse(run('npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', out));
const changes = changesOf(read('CHANGELOG.md'), values.rehearse ? 'Unreleased' : version);
const files = {
  [`aos-operator-${version}.cdx.json`]: `${JSON.stringify(billOfMaterials(root), null, 2)}\n`,
  'CHANGES.md': `# aos ${version}\n\n${changes}\n`,
};
for (const [name, text] of Object.entries(files)) writeFileSync(path.join(out, name), text);
const sums = [filename, ...Object.keys(files)].map(
  (name) =>
    `${createHash('sha256')
      .update(readFileSync(path.join(out, name)))
      .digest('hex')}  ${name}\n`,
);
writeFileSync(path.join(out, 'SHA256SUMS'), sums.join(''));

// npm signs where a release came from only in a CI that gives it a token for that (GitHub, GitLab).
const canProve = ['ACTIONS_ID_TOKEN_REQUEST_URL', 'SIGSTORE_ID_TOKEN'].some(
  (name) => process.env[name] !== undefined,
);
const publish = [
  'publish',
  path.join(out, filename),
  '--ignore-scripts',
  '--access',
  'public',
  ...(canProve ? ['--provenance'] : []),
];
run('npm', ...publish, '--dry-run');
process.stdout.write(
  [
    ...[filename, ...Object.keys(files), 'SHA256SUMS'].map((name) => path.join(out, name)),
    '',
    canProve
      ? 'npm will sign where it came from (--provenance).'
      : 'No provenance: this is no CI that gives npm a token for it.',
    ...(values.rehearse
      ? []
      : [
          'next:',
          `  git commit -am "release: ${version}" && git tag -s v${version} -m v${version}`,
          `  npm ${publish.join(' ')}`,
        ]),
    '',
  ].join('\n'),
);
