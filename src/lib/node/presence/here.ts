import {statSync} from 'node:fs';
import {join} from 'node:path';
import {
  controlDirs,
  controlFile,
  isControlFile,
  socketBeside,
  usualControlDirs,
} from '../../config/control-paths.ts';
import type {Env} from '../../config/user-path.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {connectControl, type ControlClient} from '../control/client.ts';
import {connectOnly} from '../control/find.ts';
import {readPointer} from '../control/pointer.ts';
import {readSocket} from '../control/trust.ts';
import {absence} from './absence.ts';

/** A node of this machine. */
export type LocalOperator = {
  network: string;
  nodeId: string;
  /** The directory of its journal; null: not known. */
  storeDir: string | null;
};

/** Who asks, and how long. */
export type Asking = {
  env: Env;
  /** Of the user who asks. */
  uid: number;
  timeoutMs: number;
  time: Time;
  signal?: AbortSignal;
  /** See {@link connectControl}. */
  restMs?: number;
};

/** A place where the socket may be, and the users who may answer there. */
type Place = {path: string; uids: readonly number[]};

/**
 * Connects to the operator of a node, wherever its socket is: beside the journal, where the pointer there says, in the usual
 * directories of this user and, for root, of the user who owns the journal. Never asks a socket that another user could have
 * made, and takes none that works with another journal. Makes no file.
 * @throws AosError CONTROL_ABSENT (none runs) | CONTROL_UNREACHABLE (one runs, and cannot be asked from here) | OPERATOR_HANGS |
 *   CONTROL_UNTRUSTED, or as {@link connectControl}
 */
export async function connectHere(node: LocalOperator, asking: Asking): Promise<ControlClient> {
  const {storeDir} = node;
  const {uid, time, signal} = asking;
  const refusals: string[] = [];
  const others: string[] = [];
  let failure: AosError | null = null;
  for (const {path, uids} of placesOf(node, asking)) {
    const found = readSocket(path, uids);
    if (found.state === 'refused') refusals.push(found.why);
    if (found.state !== 'trusted') continue;
    try {
      const client = await connectControl(path, asking);
      if (isOfJournal(client, storeDir)) return client;
      client.close();
      others.push(`${path} (pid ${client.hello.pid})`);
    } catch (error) {
      signal?.throwIfAborted();
      if (!isAosError(error) || error.code === 'CONTROL_VERSION') throw error;
      if (error.code !== 'CONTROL_ABSENT') failure ??= error;
    }
  }
  throw absence({storeDir, refusals: [...new Set(refusals)], others, failure, uid, now: time.now()});
}

/**
 * Connects to the only operator of this user on this machine, of any node.
 * @throws AosError CONTROL_ABSENT when none answers | CONTROL_UNTRUSTED | CONTROL_AMBIGUOUS with the list, or as
 *   {@link connectControl}
 */
export function connectAny(asking: Asking): Promise<ControlClient> {
  return connectOnly({...asking, dirs: dirsOf(asking), isControlFile});
}

function dirsOf({env, uid}: Asking): string[] {
  return [...new Set([...controlDirs(env, uid), ...usualControlDirs(uid)])];
}

function placesOf({network, nodeId, storeDir}: LocalOperator, asking: Asking): Place[] {
  const {uid} = asking;
  const file = controlFile(network, nodeId);
  const owner = storeDir === null ? null : ownerOf(storeDir);
  // A socket beside the journal is that of its owner, whom root may ask too.
  const isAllowed = owner !== null && (owner === uid || uid === 0);
  const near =
    storeDir === null || !isAllowed ? [] : [socketBeside(storeDir), readPointer(storeDir)?.socket ?? null];
  const owners = uid === 0 && owner !== null && owner !== 0 ? usualControlDirs(owner) : [];
  const ofOwner = [...near, ...owners.map((dir) => join(dir, file))].flatMap((path) =>
    path === null || owner === null ? [] : [{path, uids: [owner]}],
  );
  const own = dirsOf(asking).map((dir) => ({path: join(dir, file), uids: [uid]}));
  const seen = new Set<string>();
  return [...ofOwner, ...own].filter(({path}) => !seen.has(path) && seen.add(path));
}

/** An operator of an earlier version wrote no pointer, and says nothing of its journal. */
function isOfJournal({hello: {journal}}: ControlClient, storeDir: string | null): boolean {
  return storeDir === null || journal === (readPointer(storeDir)?.id ?? null);
}

function ownerOf(dir: string): number | null {
  try {
    return statSync(dir).uid;
  } catch {
    return null; // not there, or it cannot be entered
  }
}
