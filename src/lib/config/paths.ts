import {createHash} from 'node:crypto';
import {homedir} from 'node:os';
import {isAbsolute, join, resolve} from 'node:path';

/** Environment variables, like `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

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
 * Returns the directories: below `$AOS_HOME`, else the XDG directories (relative ones are ignored, as the XDG Base
 * Directory Specification demands). An empty variable counts as unset.
 * @param cwd base of a relative AOS_HOME
 */
export function aosDirs(env: Env, cwd: string): AosDirs {
  const home = value(env, 'AOS_HOME');
  if (home !== undefined) {
    const root = resolve(cwd, home);
    return {config: root, state: join(root, 'state'), devnetFile: join(root, 'devnet.json')};
  }
  const user = userHome(env);
  const xdg = (name: string, fallback: string) => {
    const dir = value(env, name);
    return join(dir !== undefined && isAbsolute(dir) ? dir : join(user, fallback), 'aos');
  };
  const state = xdg('XDG_STATE_HOME', '.local/state');
  return {config: xdg('XDG_CONFIG_HOME', '.config'), state, devnetFile: join(state, 'devnet.json')};
}

/** Returns `$HOME`, else the home directory of the user database (services often run without HOME). */
export function userHome(env: Env): string {
  const home = value(env, 'HOME');
  return home !== undefined && isAbsolute(home) ? home : homedir();
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

/** Makes a user's path absolute: `~/` is the home directory, relative paths start at `base`. */
export function userPath(text: string, base: string, env: Env): string {
  if (text === '~') return userHome(env);
  return text.startsWith('~/') ? join(userHome(env), text.slice(2)) : resolve(base, text);
}

function value(env: Env, name: string): string | undefined {
  const text = env[name];
  return text === undefined || text === '' ? undefined : text;
}
