import {run, say} from '../../foundation/next-step/next-step.ts';
import {AosError, isAosError, stoppedBy} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {isoTime, type Time} from '../../foundation/time/time.ts';
import {processName, type Holder} from './holder.ts';
import type {IdentityLock, Taking} from './lock.ts';

/** How to become the only operator of a node. */
export type ClaimDeps<T> = {
  /** The node, for the words of an error. */
  nodeId: string;
  take: () => Taking;
  /** The operator that answers on the node's control socket; null: none does. */
  running: (signal: AbortSignal) => Promise<Holder | null>;
  /** Opens what only one operator may have. @throws AosError JOURNAL_LOCKED when another process has it */
  open: () => Promise<T>;
  /** Who says that it has the journal; null: not known. */
  journalHolder: () => Holder | null;
  time: Pick<Time, 'monotonic' | 'sleep'>;
  /** Ends the wait; its reason is a StopReason. */
  stop: AbortSignal;
  /** The former operator stops, and is waited for. */
  onWait: (former: Holder, upToMs: number) => void;
};

/** What is left to do after the last job: the end of alerts and of the journal. */
const AFTER_GRACE_MS = 5_000;
const LOOK_EVERY_MS = 200;
/** So often an operator that works is looked at again: it may have just been asked to stop. */
const SECOND_LOOKS = 3;
const MOST_PATH = 200;

/**
 * Becomes the only operator of a node, and opens its journal. An operator that works already is in the way; one that stops is
 * waited for, as long as it said that it needs.
 * @throws AosError NODE_LOCKED (another operator works), JOURNAL_LOCKED (another process has the journal), NODE_STOPPING
 *   (the former one does not end), INTERRUPTED | TERMINATED (stopped while it waited), or what `open` throws
 */
export async function claimNode<T>(deps: ClaimDeps<T>): Promise<{lock: IdentityLock; opened: T}> {
  const {time, stop} = deps;
  let former: {holder: Holder; until: number; ms: number} | null = null;
  for (let looks = 0; ; looks += 1) {
    const found = await attempt(deps);
    if ('lock' in found) return found;
    const {holder, refusal} = found;
    if (stop.aborted) throw stopped(stop.reason, former?.holder ?? null);
    if (former === null && holder !== null && holder.stoppingMs !== null) {
      const ms = holder.stoppingMs + AFTER_GRACE_MS;
      former = {holder, ms, until: time.monotonic() + ms};
      deps.onWait(holder, ms);
    }
    // One whose id is not known may be the former one in its last moment.
    const isOther = holder !== null && holder.pid !== null && holder.stoppingMs === null;
    if (former === null ? looks >= SECOND_LOOKS : isOther) throw refusal;
    if (former !== null && time.monotonic() >= former.until) throw notEnded(former.holder, former.ms);
    await time.sleep(LOOK_EVERY_MS, stop).catch(() => undefined); // an abort is seen after the next look
  }
}

type Attempt<T> = {lock: IdentityLock; opened: T} | {holder: Holder | null; refusal: AosError};

async function attempt<T>(deps: ClaimDeps<T>): Promise<Attempt<T>> {
  const {nodeId, take, running, open, stop} = deps;
  const taken = take();
  if ('holder' in taken) return {holder: taken.holder, refusal: locked(nodeId, taken.holder)};
  const {lock} = taken;
  try {
    const other = await running(stop);
    if (other !== null) {
      lock.release();
      return {holder: other, refusal: locked(nodeId, other)};
    }
    return {lock, opened: await open()};
  } catch (error) {
    lock.release();
    const isCutOff = stop.aborted && !isAosError(error);
    if (!isAosError(error, 'JOURNAL_LOCKED') && !isCutOff) throw error;
    return isAosError(error)
      ? {holder: deps.journalHolder(), refusal: error}
      : {holder: null, refusal: locked(nodeId, null)};
  }
}

function locked(nodeId: string, holder: Holder | null): AosError {
  if (holder === null) return new AosError('NODE_LOCKED', `another process of this user works for ${nodeId}`);
  const {pid, version, network, store, startedAt, elsewhere} = holder;
  const facts = [
    ...(elsewhere === true ? ['in another container'] : pid === null ? [] : [`pid ${pid}`]),
    ...(version === '' ? [] : [`aos ${safeText(version, 40)}`]),
    ...(startedAt === null ? [] : [`since ${isoTime(startedAt)}`]),
    ...(store === '' ? [] : [`its journal is in ${safeText(store, MOST_PATH)}`]),
  ].join(', ');
  return new AosError(
    'NODE_LOCKED',
    `an operator works for ${nodeId} on ${safeText(network, 40)} already: ${facts}`,
    {
      details: {pid, store: safeText(store, MOST_PATH)},
      ...(pid === null
        ? elsewhere === true
          ? {next: say('Stop that one in its container first, if this one is to take over.')}
          : {}
        : {next: say(`Stop that one first, if this one is to take over: kill -TERM ${pid}`)}),
    },
  );
}

function notEnded(former: Holder, ms: number): AosError {
  return new AosError(
    'NODE_STOPPING',
    `the former operator (${processName(former)}) has not ended within ${Math.ceil(ms / 1000)} s`,
    {details: {pid: former.pid}, next: run('run', [], 'Start it again when that process has ended')},
  );
}

/** A time of `--for` that is over is no signal: nothing has run, so the caller tries again. */
function stopped(reason: unknown, former: Holder | null): AosError {
  if (reason !== 'SIGINT' && reason !== 'SIGTERM')
    return new AosError('NODE_STOPPING', 'the former operator has not ended in the time of this run');
  const what = former === null ? 'it started' : `it waited for the former operator (${processName(former)})`;
  return stoppedBy(reason, `stopped while ${what}`);
}
