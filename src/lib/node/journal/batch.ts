import {AosError, errorText} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {isStorageFailure, writeFailure} from './failure.ts';

/** The transaction that a batch runs in, and the disk below it. Those that throw do so when the disk refuses. */
export type Transaction = {
  begin(): void;
  /** Brings the changes since `begin` together into the file; whether they survive a power cut, `sync` says. */
  commit(): void;
  /** Undoes the changes since `begin`, in the file and in memory; never throws. */
  rollback(): void;
  /** Brings to the disk what was committed before the call, beside the event loop. */
  sync(): Promise<void>;
  /** The same at once and another way, for when `sync` has failed and cannot be believed any more. */
  resync(): void;
  /** What is to be done between two transactions, and the next one waits for; null: nothing. Never rejects. */
  between?: () => Promise<void> | null;
};

export type Batch = {
  /**
   * Runs a synchronous change in the next transaction. Resolves with its result once that transaction is on disk.
   * @throws AosError what the change itself threw, JOURNAL_WRITE_FAILED, or BUG
   */
  run<T>(change: () => T): Promise<T>;
  /** The same for a low-priority change: it joins the next commit, or is committed alone after a few milliseconds. */
  runLater<T>(change: () => T): Promise<T>;
  /** Commits what waits, brings it to the disk and takes nothing more. */
  close(): Promise<void>;
};

export type BatchOptions = {
  /**
   * Called when committed changes cannot be synced, and with null when they are on disk after all. Pending callers keep
   * waiting; new changes are refused meanwhile. Must not throw.
   */
  onDisk?: ((error: AosError | null) => void) | undefined;
  /** How long after a failure to retry when no new change arrives, ms. */
  retryMs?: number;
  /** [the machine's] */
  time?: Time | undefined;
};

/** What happens to the caller of one change. */
type Caller = {resolve: () => void; reject: (error: AosError) => void};
/** One waiting change: `apply` runs it and returns the callbacks of its caller. */
type Waiting = {apply: () => Caller; reject: (error: AosError) => void};

/** A transaction holds at most this many changes, so that a burst does not keep the event loop for long. */
const MAX_CHANGES = 256;

/** How long a low-priority change waits to share a commit. */
const LATER_MS = 5;

/**
 * Group commit: the changes asked for while the last ones are on their way to the disk share one transaction, hence one
 * sync. When one of them throws, all are undone and run again one transaction each, so only the guilty one fails. When the
 * disk refuses a transaction, all in it fail. When it takes one and then does not keep it, those in it wait until it does:
 * a change that is committed cannot be asked for again (docs/adr/0018-sync-beside-the-loop.md).
 */
export function createBatch(
  transaction: Transaction,
  {onDisk = () => {}, retryMs = 1_000, time = systemTime}: BatchOptions = {},
): Batch {
  let queue: Waiting[] = [];
  let scheduled = false;
  let cancelLater: (() => void) | undefined;
  let closed = false;
  /** Committed, and not yet known to be on disk. */
  const unsynced: Caller[] = [];
  let syncing: Promise<void> | null = null;
  /** The disk did not keep what it had taken. */
  let failure: AosError | null = null;
  let cancelRetry = (): void => {};

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  function flush(): void {
    scheduled = false;
    // What comes meanwhile shares the next transaction.
    if (syncing !== null) return;
    cancelLater?.();
    cancelLater = undefined;
    if (failure !== null && !recover()) {
      const refused = queue;
      queue = [];
      for (const {reject} of refused) reject(failure);
      return;
    }
    const taken = queue.slice(0, MAX_CHANGES);
    queue = queue.slice(MAX_CHANGES);
    if (taken.length > 0) unsynced.push(...commitAll(transaction, taken));
    if (unsynced.length > 0) syncing = transaction.sync().then(resolveSynced, unsure).finally(afterSync);
    else if (queue.length > 0) schedule();
  }

  function afterSync(): Promise<void> | undefined {
    const wait = failure === null ? (transaction.between?.() ?? null) : null;
    if (wait !== null) return wait.finally(synced);
    synced();
    return undefined;
  }

  function synced(): void {
    syncing = null;
    if (queue.length > 0) schedule();
  }

  function resolveSynced(): void {
    for (const {resolve} of unsynced.splice(0)) resolve();
  }

  /** @returns whether everything committed is on disk now */
  function recover(): boolean {
    try {
      transaction.resync();
    } catch {
      return false; // report the first failure: it says why the disk refused the write
    }
    if (failure !== null) onDisk(null);
    failure = null;
    resolveSynced();
    return true;
  }

  /** The disk has not kept what it took, and does not say what of it. */
  function unsure(error: unknown): void {
    // Twice: Linux tells each open file of a write error once, and SQLite's own has not heard of this one.
    if (recover() || recover()) return;
    failure = new AosError(
      'JOURNAL_WRITE_FAILED',
      `the disk did not keep what the journal wrote: ${errorText(error)}`,
      {cause: error},
    );
    onDisk(failure);
    retryLater();
  }

  /** Retries for waiting callers when no new change arrives. */
  function retryLater(): void {
    cancelRetry();
    cancelRetry = time.after(retryMs, () => {
      if (failure !== null && !recover()) retryLater();
    });
  }

  const add = <T>(change: () => T, hurry: () => void): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (closed) {
        reject(new AosError('JOURNAL_WRITE_FAILED', 'the journal is closed'));
        return;
      }
      queue.push(waitingFor(change, resolve, reject));
      hurry();
    });

  return {
    run: (change) => add(change, schedule),
    runLater: (change) =>
      add(change, () => {
        if (!scheduled) cancelLater ??= time.after(LATER_MS, flush);
      }),
    close: async () => {
      closed = true;
      while (queue.length > 0 || syncing !== null) {
        if (syncing === null) flush();
        else await syncing;
      }
      cancelRetry();
      const error = failure;
      if (error === null || recover()) return;
      for (const {reject} of unsynced) reject(error);
    },
  };
}

function waitingFor<T>(
  change: () => T,
  resolve: (result: T) => void,
  reject: (error: AosError) => void,
): Waiting {
  const apply = (): Caller => {
    const result = change();
    return {resolve: () => resolve(result), reject};
  };
  return {apply, reject};
}

/** @returns the committed changes; the others have been rejected */
function commitAll(transaction: Transaction, changes: readonly Waiting[]): Caller[] {
  try {
    return commit(transaction, changes);
  } catch (error) {
    if (changes.length === 1 || isStorageFailure(error)) {
      const failure = writeFailure(error);
      for (const change of changes) change.reject(failure);
      return [];
    }
    return changes.flatMap((change) => commitAll(transaction, [change]));
  }
}

function commit(transaction: Transaction, changes: readonly Waiting[]): Caller[] {
  transaction.begin();
  try {
    const callers = changes.map((change) => change.apply());
    transaction.commit();
    return callers;
  } catch (error) {
    transaction.rollback();
    throw error;
  }
}
