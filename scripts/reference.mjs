/**
 * Writes docs/reference/ from what the built program says of itself: its manifest, `aos explain --json` and
 * `aos schema --json`; or, with --check, fails when a committed page differs.
 */
import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {commandsPage, errorsPage, jsonPage} from './reference-pages.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What a command that needs no configuration answers. */
function answerOf(command) {
  const args = [path.join(root, 'bin/run.cjs'), command, '--json'];
  return JSON.parse(execFileSync(process.execPath, args, {encoding: 'utf8', maxBuffer: 1 << 24})).result;
}

const manifest = JSON.parse(readFileSync(path.join(root, 'oclif.manifest.json'), 'utf8'));
const made = {
  'docs/reference/commands.md': commandsPage(manifest),
  'docs/reference/errors.md': errorsPage(answerOf('explain').codes),
  'docs/reference/json.md': jsonPage(answerOf('schema').schemas),
};

for (const [name, fresh] of Object.entries(made)) {
  const file = path.join(root, name);
  if (!process.argv.includes('--check')) {
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, fresh);
  } else if (committed(file) !== fresh) {
    process.stderr.write(`${name} is stale: npm run docs:reference\n`);
    process.exitCode = 1;
  }
}

function committed(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // a page that is not there is stale, too
  }
}
