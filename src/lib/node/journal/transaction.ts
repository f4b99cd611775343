import type {Transaction} from './batch.ts';
import type {Database} from './driver.ts';
import type {LogEmptying} from './log-emptying.ts';
import {sqliteCode} from './failure.ts';
import type {Wal} from './wal.ts';

/** What SQLite says of a ROLLBACK when no transaction is open. */
const NONE_IS_OPEN = 1;

/**
 * One transaction on the file, with what the tables keep in memory beside it.
 * @param emptying null: SQLite copies the log by itself
 */
export function transactionOf(
  database: Database,
  wal: Pick<Wal, 'sync' | 'checkpoint'>,
  memory: readonly {keep?(): void; undo(): void}[],
  emptying: LogEmptying | null = null,
): Transaction {
  /** A transaction could not be rolled back, and is open still. */
  let isStuck = false;
  /** The log's header needs no sync of its own. */
  let isRelaxed = false;

  /** What `begin` has set for one transaction. */
  function unrelax(): void {
    if (isRelaxed) database.exec('PRAGMA synchronous = NORMAL');
    isRelaxed = false;
  }

  /** @throws SQLite's own error when a transaction stays open */
  function end(): void {
    try {
      database.exec('ROLLBACK');
    } catch (error) {
      // SQLite has rolled back by itself already, as it does when the disk is full; or BEGIN was refused.
      if (sqliteCode(error) !== NONE_IS_OPEN) throw error;
    }
    isStuck = false;
  }

  return {
    begin() {
      if (isStuck) {
        end();
        unrelax();
      }
      if (emptying?.takeEmptied() === true) {
        isRelaxed = true;
        database.exec('PRAGMA synchronous = OFF');
      }
      database.exec('BEGIN IMMEDIATE');
    },
    commit() {
      database.exec('COMMIT');
      unrelax();
      for (const part of memory) part.keep?.();
    },
    rollback() {
      try {
        end();
        unrelax();
      } catch {
        isStuck = true; // the next one ends it first, or fails as this did
      }
      for (const part of memory) part.undo();
    },
    async sync() {
      try {
        await wal.sync();
      } catch (error) {
        // A copy that is on its way would be in the way of `resync`.
        await emptying?.idle();
        throw error;
      }
    },
    resync: () => wal.checkpoint(),
    between: () => emptying?.between() ?? null,
  };
}

/**
 * Brings everything into the one file, so that it can be copied or moved.
 * @returns false when it is left in the log, which is durable: the next start reads it
 */
export function emptyWal(database: Database): boolean {
  try {
    return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0;
  } catch {
    return false; // a full disk, say
  }
}
