import {describe, expect, it} from 'vitest';
import type {Database} from '../../../../src/lib/node/journal/driver.ts';
import type {LogEmptying} from '../../../../src/lib/node/journal/log-emptying.ts';
import {transactionOf} from '../../../../src/lib/node/journal/transaction.ts';

const failure = (errcode: number): Error => Object.assign(new Error('refused'), {errcode});

/** A database that remembers what it executed, and fails as `fail` says. */
function stage(fail: (sql: string) => Error | undefined, emptying: LogEmptying | null = null) {
  const done: string[] = [];
  const exec = (sql: string): void => {
    const error = fail(sql);
    done.push(error === undefined ? sql : `${sql} failed`);
    if (error !== undefined) throw error;
  };
  const database: Database = {
    exec,
    prepare: () => ({run: () => ({changes: 0, lastInsertRowid: 0}), get: () => undefined, all: () => []}),
    close: () => undefined,
  };
  const undone: string[] = [];
  const wal = {sync: () => Promise.resolve(), checkpoint: () => undefined};
  return {
    done,
    undone,
    transaction: transactionOf(database, wal, [{undo: () => undone.push('memory')}], emptying),
  };
}

describe('a transaction of the journal', () => {
  it('that begins an emptied log does not sync its header, and each after it does', () => {
    let isEmptied = false;
    const takeEmptied = (): boolean => {
      const was = isEmptied;
      isEmptied = false;
      return was;
    };
    const {done, transaction} = stage(() => undefined, {
      between: () => null,
      idle: () => Promise.resolve(),
      takeEmptied,
    });
    for (const end of ['commit', 'rollback'] as const) {
      isEmptied = true;
      transaction.begin();
      transaction[end]();
      transaction.begin();
      transaction[end]();
      const own = [
        `PRAGMA synchronous = OFF`,
        'BEGIN IMMEDIATE',
        end.toUpperCase(),
        'PRAGMA synchronous = NORMAL',
      ];
      expect(done.splice(0)).toEqual([...own, 'BEGIN IMMEDIATE', end.toUpperCase()]);
    }
  });

  it('that could not be rolled back is ended before the next one begins', () => {
    let isBroken = true;
    const {done, undone, transaction} = stage((sql) =>
      sql === 'ROLLBACK' && isBroken ? failure(10) : undefined,
    );
    transaction.begin();
    transaction.rollback();
    expect(undone).toEqual(['memory']);
    // As long as the disk does not let it: the caller hears that the disk refuses, not that our statement is wrong.
    expect(() => transaction.begin()).toThrow(expect.objectContaining({errcode: 10}));
    isBroken = false;
    transaction.begin();
    transaction.commit();
    expect(done).toEqual([
      'BEGIN IMMEDIATE',
      'ROLLBACK failed',
      'ROLLBACK failed',
      'ROLLBACK',
      'BEGIN IMMEDIATE',
      'COMMIT',
    ]);
  });

  it('that SQLite rolled back by itself is over', () => {
    const {done, transaction} = stage((sql) => (sql === 'ROLLBACK' ? failure(1) : undefined));
    transaction.begin();
    transaction.rollback();
    transaction.begin();
    expect(done).toEqual(['BEGIN IMMEDIATE', 'ROLLBACK failed', 'BEGIN IMMEDIATE']);
  });
});
