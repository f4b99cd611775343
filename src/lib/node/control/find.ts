import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {connectControl, type ControlClient} from './client.ts';
import {readSocket} from './trust.ts';

export type ControlSearch = {
  /** Directories with control sockets. */
  dirs: readonly string[];
  isControlFile: (name: string) => boolean;
  /** The user who asks: sockets of others are not asked. */
  uid: number;
  timeoutMs: number;
  time: Time;
  signal?: AbortSignal;
  /** See {@link connectControl}. */
  restMs?: number;
};

/**
 * Connects to the operator of one node in one of the directories; sockets that another user could have made are left out.
 * @param file the name of its socket
 * @throws AosError CONTROL_ABSENT when none answers; else as {@link connectControl}
 */
export async function connectNode(file: string, search: ControlSearch): Promise<ControlClient> {
  let absent: AosError | undefined;
  for (const dir of search.dirs) {
    const path = join(dir, file);
    if (readSocket(path, [search.uid]).state !== 'trusted') continue;
    try {
      return await connectControl(path, search);
    } catch (error) {
      if (!(error instanceof AosError) || error.code !== 'CONTROL_ABSENT') throw error;
      absent = error;
    }
  }
  throw new AosError('CONTROL_ABSENT', 'no operator of this user answers for this node', {cause: absent});
}

/**
 * Connects to the only operator of this user, of any node.
 * @throws AosError CONTROL_ABSENT when none answers | CONTROL_UNTRUSTED when the only sockets are in the hands of another user |
 *   CONTROL_AMBIGUOUS with the list, or as {@link connectControl}
 */
export async function connectOnly(search: ControlSearch): Promise<ControlClient> {
  const found: ControlClient[] = [];
  let failure: AosError | undefined;
  const {paths, refusals} = socketsIn(search);
  // Side by side: each that hangs takes its whole limit.
  for (const result of await Promise.allSettled(paths.map((path) => connectControl(path, search)))) {
    if (result.status === 'fulfilled') found.push(result.value);
    else if (!(result.reason instanceof AosError)) throw result.reason as Error;
    else if (result.reason.code !== 'CONTROL_ABSENT') failure = result.reason;
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  for (const client of found) client.close();
  if (only === undefined) throw failure ?? noneFound(refusals);
  const running = found.map(({hello: {nodeId, network, pid}}) => ({nodeId, network, pid}));
  const list = running.map(({nodeId, network, pid}) => `${nodeId} on ${network} (pid ${pid})`).join('\n');
  throw new AosError('CONTROL_AMBIGUOUS', `${found.length} operators run on this machine:\n${list}`, {
    details: {operators: running},
  });
}

function noneFound(refusals: readonly string[]): AosError {
  return refusals.length === 0
    ? new AosError('CONTROL_ABSENT', 'no operator of this user answers on this machine')
    : new AosError('CONTROL_UNTRUSTED', `no control socket is asked: ${refusals.join('; ')}`);
}

/** The sockets that may be asked, and why others may not. */
function socketsIn({dirs, isControlFile, uid}: ControlSearch): {paths: string[]; refusals: string[]} {
  const paths: string[] = [];
  const refusals = new Set<string>();
  for (const path of dirs.flatMap((dir) =>
    namesIn(dir)
      .filter(isControlFile)
      .map((name) => join(dir, name)),
  )) {
    const found = readSocket(path, [uid]);
    if (found.state === 'trusted') paths.push(path);
    if (found.state === 'refused') refusals.add(found.why);
  }
  return {paths, refusals: [...refusals]};
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return []; // no operator has run on this machine
  }
}
