/**
 * Writes oclif.manifest.json from the built commands and renders the help texts of the build anew, which are made from it;
 * or, with --check, fails when the committed one differs.
 */
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {renderHelp} from './help.mjs';

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
  await writeFile(path.join(root, 'dist/help.json'), JSON.stringify(await renderHelp(root)));
}
