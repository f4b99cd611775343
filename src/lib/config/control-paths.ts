import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {nodeHash} from './paths.ts';
import {pathOfVariable, type Env} from './user-path.ts';

/** Longer paths do not fit the kernel's sockaddr_un (108 bytes, 104 on macOS). */
const MAX_SOCKET_PATH = 100;
const HASH_DIGITS = 12;
const SUFFIX = '.sock';
const FILE_BYTES = HASH_DIGITS + SUFFIX.length + 1;

/** Returns the path of the control socket in a directory of a journal; null where it would be too long. */
export function socketBeside(dir: string): string | null {
  const path = join(dir, 'control.sock');
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH ? path : null;
}

/** Returns the usual directories of another user's control sockets, whose environment is not known. */
export function usualControlDirs(uid: number): readonly string[] {
  return [`/run/user/${uid}/aos`, `/tmp/aos-${uid}`];
}

/** Returns the file name of a node's control socket. */
export function controlFile(network: string, nodeId: string): string {
  return `${nodeHash(network, nodeId).slice(0, HASH_DIGITS)}${SUFFIX}`;
}

/** True for the file name of a control socket. */
export function isControlFile(name: string): boolean {
  return /^[0-9a-f]{12}\.sock$/.test(name);
}

/**
 * Returns the directories of control sockets; a new socket goes into the first: `$AOS_HOME/run`, else
 * `$XDG_RUNTIME_DIR/aos`, or a short directory below /tmp when the socket path would be too long. Clients search all of
 * them, because a service and a shell have different environments.
 * @param uid owner of the directory
 * @throws AosError PATH_INVALID
 */
export function controlDirs(env: Env, uid: number): readonly string[] {
  const root = pathOfVariable(env, 'AOS_HOME');
  const fits = (dir: string): boolean => Buffer.byteLength(dir) + FILE_BYTES <= MAX_SOCKET_PATH;
  if (root !== undefined) {
    // Each home has its own short directory.
    const short = `/tmp/aos-${uid}-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
    return fits(join(root, 'run')) ? [join(root, 'run')] : [short];
  }
  const short = `/tmp/aos-${uid}`;
  const runtime = pathOfVariable(env, 'XDG_RUNTIME_DIR');
  const own = runtime === undefined ? null : join(runtime, 'aos');
  return own !== null && fits(own) ? [own, short] : [short];
}
