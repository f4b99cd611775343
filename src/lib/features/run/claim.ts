import {join} from 'node:path';
import type {Config} from '../../config/config.ts';
import {controlDirs, controlFile} from '../../config/control-paths.ts';
import {knownHome} from '../../config/user-path.ts';
import {onAbort} from '../../foundation/async/abort.ts';
import type {Code} from '../../foundation/errors/table.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {claimNode} from '../../node/identity-lock/claim.ts';
import {
  OWNER_FILE,
  processName,
  readHolder,
  writeHolder,
  type Holder,
} from '../../node/identity-lock/holder.ts';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';
import {lockNames} from '../../node/identity-lock/identity.ts';
import {takeIdentity} from '../../node/identity-lock/lock.ts';
import {lockDirs, placesHere} from '../../node/identity-lock/places.ts';
import {operatorOnSocket} from '../../node/identity-lock/running.ts';
import {pickDriver} from '../../node/journal/driver.ts';

/** The node is ours alone, and its journal is open. */
export type Claim<T> = {
  opened: T;
  /** What the lock cannot do here; none when all is well. */
  warnings: readonly {code: Code; message: string}[];
  /** Says to a later start that this operator stops, and finishes its jobs for at most so long. */
  stopping(graceMs: number): void;
  release(): void;
};

/**
 * Becomes the only operator of the configuration's node for this user on this machine: see `claimNode`.
 * @param options.onWait gets a warning while the former operator is waited for
 * @throws AosError as `claimNode`; PATH_INVALID
 */
export async function claimForRun<T>(
  config: Config,
  options: {
    version: string;
    stop: AbortSignal;
    onWait: (warning: {code: Code; message: string}) => void;
    open: () => Promise<T>;
  },
): Promise<Claim<T>> {
  const {network, chainId, node, net, chain, store, shutdownGraceMs} = config;
  const {version, stop, onWait, open} = options;
  const uid = process.getuid?.() ?? 0;
  const isDevnet = isDevelopmentChain(chainId);
  const sockets = controlDirs(process.env, uid);
  const dirs = lockDirs(placesHere(uid, isDevnet ? null : knownHome()));
  const holder: Holder = {
    pid: process.pid,
    version,
    network,
    store: store.dir,
    startedAt: systemTime.now(),
    stoppingMs: null,
  };
  const words = join(store.dir, OWNER_FILE);
  const {lock, opened} = await claimNode({
    nodeId: node.id,
    take: () =>
      takeIdentity({
        driver: pickDriver(),
        names: lockNames({
          nodeId: node.id,
          chainId,
          rpcUrls: chain.rpcUrls,
          dispatcherUrl: net.dispatcherUrl,
        }),
        dirs,
        holder,
      }),
    // Two devnets may have operators of the same name, whose sockets have one path.
    running: (signal) =>
      isDevnet
        ? Promise.resolve(null)
        : operatorOnSocket({
            dirs: sockets,
            file: controlFile(network, node.id),
            uid,
            graceMs: shutdownGraceMs,
            time: systemTime,
            signal,
          }),
    open,
    // Its process may be in another container, so whether its number lives here says nothing.
    journalHolder: () => readHolder(words, () => true),
    time: systemTime,
    stop,
    onWait: (former, ms) =>
      onWait({
        code: 'NODE_STOPPING',
        message: `the former operator (${processName(former)}) stops; waiting up to ${Math.ceil(ms / 1000)} s for its end`,
      }),
  });
  writeHolder(words, holder);
  const stopping = (graceMs: number): void => {
    lock.stopping(graceMs);
    writeHolder(words, {...holder, stoppingMs: graceMs});
  };
  const forget = onAbort(stop, () => stopping(shutdownGraceMs));
  return {
    opened,
    warnings:
      lock.dirs.length > 0
        ? []
        : [
            {
              code: 'NODE_LOCK_UNAVAILABLE',
              message: `no directory can hold the lock of this node_id, so a second operator is not kept out${lock.unusable.length === 0 ? '' : `: ${lock.unusable.join('; ')}`}`,
            },
          ],
    stopping,
    release() {
      forget();
      lock.release();
    },
  };
}
