import {statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Database, SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {openWal} from '../../../../src/lib/node/journal/wal.ts';
import {inTempDir, loadableDrivers} from '../../../support/journal.ts';

const pragma = (database: Database, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

function inDatabase(
  driver: SqliteDriver,
  use: (at: {database: Database; path: string; logBytes: () => number}) => Promise<void> | void,
): Promise<void> {
  return inTempDir(async (dir) => {
    const path = join(dir, 'some.db');
    const database = driver.open(path, {readOnly: false});
    try {
      await use({database, path, logBytes: () => statSync(`${path}-wal`).size});
    } finally {
      database.close();
    }
  });
}

for (const driver of loadableDrivers()) {
  describe(`the write-ahead log on ${driver.name}`, () => {
    it('is left to its owner to sync, and holds what is not in the file yet', () =>
      inDatabase(driver, async ({database, path, logBytes}) => {
        const wal = openWal(database, path);
        expect([pragma(database, 'journal_mode'), pragma(database, 'synchronous')]).toEqual(['wal', 1]);
        database.exec('CREATE TABLE rows (n INTEGER)');
        await wal.sync();
        expect(logBytes()).toBeGreaterThan(0);
        wal.checkpoint();
        expect(logBytes()).toBe(0);
        database.exec('INSERT INTO rows VALUES (1)');
        await wal.sync();
        wal.close();
      }));

    it('is not emptied under a reader: that fails at once, and works when the reader has gone', () =>
      inDatabase(driver, ({database, path, logBytes}) => {
        const wal = openWal(database, path);
        database.exec('CREATE TABLE rows (n INTEGER); INSERT INTO rows VALUES (1)');
        const reader = driver.open(path, {readOnly: true});
        reader.exec('BEGIN');
        expect(reader.prepare('SELECT n FROM rows').all()).toHaveLength(1);
        database.exec('INSERT INTO rows VALUES (2)');
        expect(() => wal.checkpoint()).toThrow();
        expect(pragma(database, 'busy_timeout')).toBe(5_000);
        reader.exec('COMMIT');
        wal.checkpoint();
        expect(logBytes()).toBe(0);
        expect(reader.prepare('SELECT n FROM rows').all()).toHaveLength(2);
        reader.close();
        wal.close();
      }));

    it('of a database that has none leaves each commit to sync by itself', async () => {
      const database = driver.open(':memory:', {readOnly: false});
      const wal = openWal(database, ':memory:');
      expect(pragma(database, 'synchronous')).toBe(3);
      await wal.sync();
      wal.checkpoint();
      wal.close();
      database.close();
    });
  });
}
