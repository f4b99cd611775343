import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {isAlive, readDevnetFile, type DevnetFile} from './devnet-file.ts';
import type {AosDirs} from './paths.ts';

/** Where each devnet has a folder of its own, with a note of itself. */
export function devnetFolders({state}: Pick<AosDirs, 'state'>): string {
  return join(state, 'devnet');
}

/** The note of itself in the folder of a devnet. */
export function noteIn(folder: string): string {
  return join(folder, 'devnet.json');
}

/** All devnets of this user that run, by their process ids. */
export function runningDevnets(dirs: Pick<AosDirs, 'state' | 'devnetFile'>): DevnetFile[] {
  const root = devnetFolders(dirs);
  const files = [dirs.devnetFile, ...foldersIn(root).map((name) => noteIn(join(root, name)))];
  const found = files.flatMap((file) => readDevnetFile(file) ?? []);
  const running = found.filter(({pid, control}) => isAlive(pid) && existsSync(control));
  return [...new Map(running.map((one) => [one.pid, one])).values()].sort((a, b) => a.pid - b.pid);
}

function foldersIn(root: string): string[] {
  try {
    return readdirSync(root);
  } catch {
    return []; // none was ever started here
  }
}

/**
 * The devnet that a command is for.
 * @param pid by `--devnet`; null: there is only one
 * @throws AosError DEVNET_NOT_RUNNING; DEVNET_AMBIGUOUS when several run and none is named
 */
export function chooseDevnet(dirs: Pick<AosDirs, 'state' | 'devnetFile'>, pid: number | null): DevnetFile {
  const running = runningDevnets(dirs);
  const [first] = running;
  if (first === undefined)
    throw new AosError('DEVNET_NOT_RUNNING', `${dirs.devnetFile} names no running devnet`);
  const list = running.map((one) => `${one.pid} (${one.config})`).join(', ');
  if (pid !== null) {
    const named = running.find((one) => one.pid === pid);
    if (named !== undefined) return named;
    throw new AosError('DEVNET_NOT_RUNNING', `no devnet has the process id ${pid}; there run ${list}`, {
      next: say(`Name one of them: --devnet ${first.pid}.`),
    });
  }
  if (running.length === 1) return first;
  throw new AosError('DEVNET_AMBIGUOUS', `${running.length} devnets run: ${list}`, {
    next: say(`Say which, by its process id: --devnet ${first.pid}.`),
    details: {devnets: running.map((one) => ({pid: one.pid, config: one.config}))},
  });
}
