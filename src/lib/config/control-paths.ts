import {createHash} from 'node:crypto';
import {isAbsolute, join, resolve} from 'node:path';
import type {Env} from './paths.ts';
import {nodeHash} from './paths.ts';

/** Longer ones do not fit the kernel's sockaddr_un (108 bytes, 104 on macOS). */
const MAX_SOCKET_PATH = 100;
const HASH_DIGITS = 12;
const SUFFIX = '.sock';
const FILE_BYTES = HASH_DIGITS + SUFFIX.length + 1;

/** The name of a node's control socket in its directory. */
export function controlFile(network: string, nodeId: string): string {
  return `${nodeHash(network, nodeId).slice(0, HASH_DIGITS)}${SUFFIX}`;
}

/** Whether a file of that name is a control socket. */
export function isControlFile(name: string): boolean {
  return /^[0-9a-f]{12}\.sock$/.test(name);
}

/**
 * Where control sockets may be, the place for a new one first: `$AOS_HOME/run`, else `$XDG_RUNTIME_DIR/aos`; a short
 * directory below /tmp where the path would be too long for a socket. Those who look see the later places too, since a
 * service and a shell do not have the same environment.
 * @param uid of the user whose directory it is
 */
export function controlDirs(env: Env, cwd: string, uid: number): readonly string[] {
  const home = env['AOS_HOME'] ?? '';
  const runtime = env['XDG_RUNTIME_DIR'] ?? '';
  const fits = (dir: string): boolean => Buffer.byteLength(dir) + FILE_BYTES <= MAX_SOCKET_PATH;
  if (home !== '') {
    const root = resolve(cwd, home);
    // Another home is another world, so the short directory is its own too.
    const short = `/tmp/aos-${uid}-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
    return fits(join(root, 'run')) ? [join(root, 'run')] : [short];
  }
  const short = `/tmp/aos-${uid}`;
  const own = join(runtime, 'aos');
  return runtime !== '' && isAbsolute(runtime) && fits(own) ? [own, short] : [short];
}
