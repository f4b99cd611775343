import {isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {connectNode} from '../control/find.ts';
import type {Holder} from './holder.ts';

const HELLO_MS = 2_000;

/**
 * The operator that answers on a node's control socket, as one of an earlier version does that takes no lock of its
 * identity; null: none does. A directory of another user is not asked: the one who answers there could keep this node down.
 * @param options.graceMs how long an operator that stops is supposed to need
 * @throws the signal's reason
 */
export async function operatorOnSocket(options: {
  dirs: readonly string[];
  file: string;
  uid: number;
  graceMs: number;
  time: Time;
  signal: AbortSignal;
}): Promise<Holder | null> {
  const {file, uid, graceMs, time, signal} = options;
  const {dirs} = options;
  const search = {
    dirs,
    isControlFile: (name: string) => name === file,
    uid,
    timeoutMs: HELLO_MS,
    time,
    signal,
  };
  try {
    const {hello, snapshot, close} = await connectNode(file, search);
    close();
    const {pid, version, network} = hello;
    return {
      pid,
      version,
      network,
      store: '',
      startedAt: snapshot.node?.startedAt ?? null,
      stoppingMs: snapshot.stopping === null ? null : graceMs,
    };
  } catch (error) {
    if (!isAosError(error)) throw error;
    if (error.code === 'CONTROL_ABSENT') return null;
    // Something of this user listens there, and says nothing that this version understands.
    return {pid: null, version: '', network: '', store: '', startedAt: null, stoppingMs: null};
  }
}
