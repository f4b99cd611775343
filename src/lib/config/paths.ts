import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {pathOfVariable, userHome, type Env} from './user-path.ts';

/** Directories and files of this user. */
export type AosDirs = {
  /** config.yaml */
  config: string;
  /** Journals and locks, one directory a node. */
  state: string;
  /** Of the development network. */
  devnetFile: string;
};

/**
 * Returns the directories: below `$AOS_HOME`, else the XDG directories.
 * @throws AosError PATH_INVALID
 */
export function aosDirs(env: Env): AosDirs {
  const root = pathOfVariable(env, 'AOS_HOME');
  if (root !== undefined)
    return {config: root, state: join(root, 'state'), devnetFile: join(root, 'devnet.json')};
  const xdg = (name: string, fallback: string) =>
    join(pathOfVariable(env, name) ?? join(userHome(env), fallback), 'aos');
  const state = xdg('XDG_STATE_HOME', '.local/state');
  return {config: xdg('XDG_CONFIG_HOME', '.config'), state, devnetFile: join(state, 'devnet.json')};
}

/**
 * Returns the directory of one node's journal and lock; each network and node has its own. The name is short because a
 * socket path is limited to about 100 bytes.
 */
export function nodeStateDir(dirs: AosDirs, network: string, nodeId: string): string {
  const id = nodeHash(network, nodeId).slice(0, 12);
  return join(dirs.state, `${network}-${nodeId.slice(2, 10).toLowerCase()}-${id}`);
}

/** Returns an identifier of a node on a network, 64 hex digits. */
export function nodeHash(network: string, nodeId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([network, nodeId.toLowerCase()]))
    .digest('hex');
}
