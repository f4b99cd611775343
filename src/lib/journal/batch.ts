import {AosError} from '../errors.ts';
import {systemTime} from '../system-time.ts';
import {isStorageFailure, writeFailure} from './failure.ts';

/** The transaction that a batch runs in. All are synchronous; `begin` and `commit` throw when the disk refuses. */
export type Transaction = {
  begin(): void;
  commit(): void;
  /** Undoes the changes since `begin`, in the file and in memory; never throws. */
  rollback(): void;
};

export type Batch = {
  /**
   * Runs a synchronous change in the transaction of this event-loop turn. Resolves with its result once that
   * transaction is on disk.
   * @throws AosError what the change itself threw, JOURNAL_WRITE_FAILED, or BUG
   */
  run<T>(change: () => T): Promise<T>;
  /** The same for a change that nobody hurries for: it goes with the next one, or alone after a few milliseconds. */
  runLater<T>(change: () => T): Promise<T>;
  /** Commits what waits and takes nothing more. */
  close(): void;
};

/** One change that waits: `apply` runs it and returns what tells the caller after the commit. */
type Waiting = {apply: () => () => void; reject: (error: AosError) => void};

/** A transaction holds at most this many changes, so that a burst does not keep the event loop for long. */
const MAX_CHANGES = 256;

/** How long a change that nobody hurries for waits for another to go with. */
const LATER_MS = 5;

/**
 * Group commit: the changes asked for in one event-loop turn share one transaction, hence one fsync. When one of them
 * throws, all are undone and run again one transaction each, so only the guilty one fails. When the disk refuses, all fail.
 */
export function createBatch(transaction: Transaction): Batch {
  let queue: Waiting[] = [];
  let scheduled = false;
  let cancelLater: (() => void) | undefined;
  let closed = false;

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };

  function flush(): void {
    scheduled = false;
    cancelLater?.();
    cancelLater = undefined;
    const taken = queue.slice(0, MAX_CHANGES);
    queue = queue.slice(MAX_CHANGES);
    if (queue.length > 0) schedule();
    if (taken.length > 0) commitAll(transaction, taken);
  }

  const add = <T>(change: () => T, hurry: () => void): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (closed) {
        reject(new AosError('JOURNAL_WRITE_FAILED', 'the journal is closed'));
        return;
      }
      const apply = (): (() => void) => {
        const result = change();
        return () => resolve(result);
      };
      queue.push({apply, reject});
      hurry();
    });

  return {
    run: (change) => add(change, schedule),
    runLater: (change) =>
      add(change, () => {
        if (!scheduled) cancelLater ??= systemTime.after(LATER_MS, flush);
      }),
    close: () => {
      closed = true;
      while (queue.length > 0) flush();
    },
  };
}

function commitAll(transaction: Transaction, changes: readonly Waiting[]): void {
  try {
    commit(transaction, changes);
  } catch (error) {
    if (changes.length === 1 || isStorageFailure(error)) {
      const failure = writeFailure(error);
      for (const change of changes) change.reject(failure);
      return;
    }
    for (const change of changes) commitAll(transaction, [change]);
  }
}

function commit(transaction: Transaction, changes: readonly Waiting[]): void {
  transaction.begin();
  let tell: (() => void)[];
  try {
    tell = changes.map((change) => change.apply());
    transaction.commit();
  } catch (error) {
    transaction.rollback();
    throw error;
  }
  for (const resolve of tell) resolve();
}
