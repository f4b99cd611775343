/**
 * Writes oclif.manifest.json from the built commands, or, with --check, fails when the committed one differs.
 */
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const file = path.join(root, 'oclif.manifest.json');
const {manifestText} = await import(pathToFileURL(path.join(root, 'dist/build-info.js')).href);
const fresh = await manifestText(root);

if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed !== fresh) {
    process.stderr.write('oclif.manifest.json is stale: npm run manifest\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, fresh);
}
