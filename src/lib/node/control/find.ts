import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {connectControl, type ControlClient} from './client.ts';

export type ControlSearch = {
  /** Directories with control sockets. */
  dirs: readonly string[];
  isControlFile: (name: string) => boolean;
  timeoutMs: number;
  time: Time;
  signal?: AbortSignal;
  /** See {@link connectControl}. */
  restMs?: number;
};

/**
 * Connects to the operator of one node.
 * @param file the name of its socket
 * @throws AosError CONTROL_ABSENT when it does not run here; else as {@link connectControl}
 */
export async function connectNode(file: string, search: ControlSearch): Promise<ControlClient> {
  let absent: AosError | undefined;
  for (const dir of search.dirs) {
    try {
      return await connectControl(join(dir, file), search);
    } catch (error) {
      if (!(error instanceof AosError) || error.code !== 'CONTROL_ABSENT') throw error;
      absent = error;
    }
  }
  throw new AosError('CONTROL_ABSENT', 'no operator runs for this node on this machine', {cause: absent});
}

/**
 * Connects to the only operator on this machine, of any node.
 * @throws AosError CONTROL_ABSENT when none runs; CONTROL_AMBIGUOUS with the list; else as {@link connectControl}
 */
export async function connectOnly(search: ControlSearch): Promise<ControlClient> {
  const found: ControlClient[] = [];
  let failure: AosError | undefined;
  // Side by side: each that hangs takes its whole limit.
  for (const result of await Promise.allSettled(
    socketsIn(search).map((path) => connectControl(path, search)),
  )) {
    if (result.status === 'fulfilled') found.push(result.value);
    else if (!(result.reason instanceof AosError)) throw result.reason as Error;
    else if (result.reason.code !== 'CONTROL_ABSENT') failure = result.reason;
  }
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  for (const client of found) client.close();
  if (only === undefined) throw failure ?? new AosError('CONTROL_ABSENT', 'no operator runs on this machine');
  const running = found.map(({hello: {nodeId, network, pid}}) => ({nodeId, network, pid}));
  const list = running.map(({nodeId, network, pid}) => `${nodeId} on ${network} (pid ${pid})`).join('\n');
  throw new AosError('CONTROL_AMBIGUOUS', `${found.length} operators run on this machine:\n${list}`, {
    details: {operators: running},
  });
}

function socketsIn({dirs, isControlFile}: ControlSearch): string[] {
  return dirs.flatMap((dir) => {
    try {
      return readdirSync(dir)
        .filter(isControlFile)
        .map((name) => join(dir, name));
    } catch {
      return []; // no operator has run on this machine
    }
  });
}
