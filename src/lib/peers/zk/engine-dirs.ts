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

/** The folder below the state directory where the engine is looked for unless `workers.zkml.engine_dir` names one. */
export function usualEngineDir(state: string): string {
  return join(state, 'zk-engine');
}

/** What to type to install an engine into a folder. */
export function installCommand(dir: string, release: EngineRelease = USUAL_ENGINE): string {
  return `npm install --prefix ${shellWord(dir)} --save-exact --ignore-scripts ${enginePackage(release)}`;
}
