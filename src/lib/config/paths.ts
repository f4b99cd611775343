import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {hasHome, pathOfVariable, userHome, type Env} from './user-path.ts';

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
  const state = stateDir(env);
  return {config: ownConfigDir(env), state, devnetFile: join(root ?? state, 'devnet.json')};
}

/**
 * Returns the directory of one node's journal and lock; each network and node has its own. The name is short because a
 * socket path is limited to about 100 bytes.
 */
export function nodeStateDir(dirs: Pick<AosDirs, 'state'>, network: string, nodeId: string): string {
  const id = nodeHash(network, nodeId).slice(0, 12);
  return join(dirs.state, `${network}-${nodeId.slice(2, 10).toLowerCase()}-${id}`);
}

/** Returns an identifier of a node on a network, 64 hex digits. */
export function nodeHash(network: string, nodeId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([network, nodeId.toLowerCase()]))
    .digest('hex');
}

/**
 * Returns the directory of this user's configuration; null for one without a home directory, as the user ids of containers
 * are, who names none.
 * @throws AosError PATH_INVALID
 */
export function configDir(env: Env): string | null {
  const isNamed = ['AOS_HOME', 'XDG_CONFIG_HOME'].some((name) => pathOfVariable(env, name) !== undefined);
  return isNamed || hasHome(env) ? ownConfigDir(env) : null;
}

function ownConfigDir(env: Env): string {
  const root = pathOfVariable(env, 'AOS_HOME');
  return root ?? join(pathOfVariable(env, 'XDG_CONFIG_HOME') ?? join(userHome(env), '.config'), 'aos');
}

/**
 * Returns the directory of all journals, {@link AosDirs.state}; null for a user without a home directory who names none.
 * @throws AosError PATH_INVALID
 */
export function stateHome(env: Env): string | null {
  const isNamed = ['AOS_HOME', 'XDG_STATE_HOME'].some((name) => pathOfVariable(env, name) !== undefined);
  return isNamed || hasHome(env) ? stateDir(env) : null;
}

/** Returns the directory of what was read of a chain; null: there is none, and everything is read anew. */
export function scanDir(env: Env): string | null {
  const state = stateHome(env);
  return state === null ? null : join(state, 'scans');
}

function stateDir(env: Env): string {
  const root = pathOfVariable(env, 'AOS_HOME');
  if (root !== undefined) return join(root, 'state');
  return join(pathOfVariable(env, 'XDG_STATE_HOME') ?? join(userHome(env), '.local/state'), 'aos');
}
