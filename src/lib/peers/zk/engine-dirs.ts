import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {engineAlias, enginePackage, USUAL_ENGINE, type EngineRelease} from '../../protocol/zk/engines.ts';

/**
 * The folders where the engine is looked for, the first one first: the configured or usual one, then those above the program,
 * where a checkout has it. What is found there runs only if its hashes are those of the release that was tried.
 */
export function engineDirs(folder: string | null, from: string = import.meta.url): readonly string[] {
  const above: string[] = [];
  for (let at = new URL('./', from); ; at = new URL('../', at)) {
    if (existsSync(new URL(`node_modules/${engineAlias(USUAL_ENGINE)}/`, at))) above.push(fileURLToPath(at));
    if (at.pathname === new URL('../', at).pathname) break;
  }
  return [...(folder === null ? [] : [folder]), ...above];
}

/** Whether an engine is in one of the folders; its files are not looked at. */
export function isEngineThere(dirs: readonly string[], release: EngineRelease = USUAL_ENGINE): boolean {
  return dirs.some((dir) => existsSync(join(dir, 'node_modules', engineAlias(release), 'nodejs', 'ezkl.js')));
}

/** What to type to install an engine into a folder. One that is there already is not the right one: npm would leave it. */
export function installCommand(dir: string, release: EngineRelease = USUAL_ENGINE): string {
  const folder = join(dir, 'node_modules', engineAlias(release));
  const remove = existsSync(folder) ? `rm -r ${shellWord(folder)} && ` : '';
  return `${remove}npm install --prefix ${shellWord(dir)} --save-exact --ignore-scripts ${enginePackage(release)}`;
}
