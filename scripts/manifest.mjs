/**
 * Writes what is made from the built commands: oclif.manifest.json, the list of all commands, and the help texts of the
 * build; or, with --check, fails when a committed one differs.
 */
import {spawnSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {renderHelp} from './help.mjs';

const COMMANDS = 'src/lib/foundation/next-step/commands.ts';
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const {manifestText} = await import(pathToFileURL(path.join(root, 'dist/build-info.js')).href);
const manifest = await manifestText(root);
const made = {
  'oclif.manifest.json': manifest,
  [COMMANDS]: commandList(JSON.parse(manifest)),
};

if (process.argv.includes('--check')) {
  for (const [name, fresh] of Object.entries(made)) {
    const committed = await readFile(path.join(root, name), 'utf8').catch(() => '');
    if (committed === fresh) continue;
    process.stderr.write(`${name} is stale: npm run manifest\n`);
    process.exitCode = 1;
  }
} else {
  const former = await readFile(path.join(root, COMMANDS), 'utf8').catch(() => '');
  for (const [name, fresh] of Object.entries(made)) await writeFile(path.join(root, name), fresh);
  await writeFile(path.join(root, 'dist/help.json'), JSON.stringify(await renderHelp(root)));
  // The build that listed the commands holds the list of before.
  if (former !== made[COMMANDS]) {
    const {status} = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs')], {stdio: 'inherit'});
    process.exitCode = status ?? 1;
  }
}

/** All commands by their words, and whether each takes a configuration file by -c. */
function commandList({commands}) {
  const rows = Object.entries(commands)
    .map(([id, {flags}]) => [id.replaceAll(':', ' '), 'config' in flags])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([words, takesConfig]) =>
        `  ${/^\w+$/.test(words) ? words : `'${words}'`}: {takesConfig: ${takesConfig}},`,
    );
  return `/** Every command of aos. Made by \`npm run manifest\`: change the commands, not this file. */
export const COMMANDS = {
${rows.join('\n')}
} as const satisfies Record<string, {takesConfig: boolean}>;

export type CommandId = keyof typeof COMMANDS;
`;
}
