import {statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {describe, expect, it} from 'vitest';
import type {Database, SqliteDriver} from '../../../src/lib/node/journal/driver.ts';
import {openJournal} from '../../../src/lib/node/journal/sqlite.ts';
import {openWal} from '../../../src/lib/node/journal/wal.ts';
import {logCopier} from '../../../src/lib/node/log-thread/client.ts';
import {bundleLogThread} from '../../support/bundle-thread.ts';
import {inTempDir, loadableDrivers} from '../../support/journal.ts';

type Place = {dir: string; path: string; database: Database; thread: URL};

/** A database in WAL mode whose own connection never copies the log. */
function inDatabase(driver: SqliteDriver, use: (at: Place) => Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    const path = join(dir, 'some.db');
    const database = driver.open(path, {readOnly: false});
    const wal = openWal(database, path);
    try {
      database.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE rows (n INTEGER)');
      await use({dir, path, database, thread: bundleLogThread(dir)});
    } finally {
      wal.close();
      database.close();
    }
  });
}

const add = (database: Database): void => database.exec('INSERT INTO rows VALUES (1)');
const framesIn = (path: string): number => Math.floor((statSync(`${path}-wal`).size - 32) / 4120);

for (const driver of loadableDrivers()) {
  describe(`the thread that copies the log, on ${driver.name}`, () => {
    it('copies all, beside the connection that writes, and the log begins anew', () =>
      inDatabase(driver, async ({path, database, thread}) => {
        const copier = logCopier(thread, expect.unreachable)?.(path, driver.name);
        for (let row = 0; row < 10; row += 1) add(database);
        const frames = framesIn(path);
        expect(await copier?.copy(false)).toEqual({frames, copied: frames, isEmptied: false});
        add(database);
        expect(await copier?.copy(false)).toEqual({frames: 1, copied: 1, isEmptied: false});
        add(database);
        expect(await copier?.copy(true)).toEqual({frames: 0, copied: 0, isEmptied: true});
        expect(statSync(`${path}-wal`).size).toBe(0);
        await copier?.close();
        // The writer has its locks still: the next statement and a reader find all.
        add(database);
        const reader = driver.open(path, {readOnly: true});
        expect(reader.prepare('SELECT count(*) AS n FROM rows').get()).toEqual({n: 13});
        reader.close();
      }));

    it('copies no more than a reader allows, and the rest when it has gone', () =>
      inDatabase(driver, async ({path, database, thread}) => {
        const copier = logCopier(thread, expect.unreachable)?.(path, driver.name);
        add(database);
        const reader = driver.open(path, {readOnly: true});
        reader.exec('BEGIN');
        reader.prepare('SELECT n FROM rows').all();
        const before = framesIn(path);
        add(database);
        expect(await copier?.copy(true)).toMatchObject({copied: before, isEmptied: false});
        reader.exec('COMMIT');
        reader.close();
        expect(await copier?.copy(false)).toEqual({frames: before + 1, copied: before + 1, isEmptied: false});
        await copier?.close();
      }));
  });
}

it('says once that it ended by itself, and copies nothing from then on', () =>
  inTempDir(async (dir) => {
    const reasons: string[] = [];
    const file = join(dir, 'bad.mjs');
    writeFileSync(
      file,
      `import {parentPort} from 'node:worker_threads';
      parentPort.on('message', () => { throw new Error('no memory'); });`,
    );
    const copier = logCopier(pathToFileURL(file), (reason) => reasons.push(reason))?.('x', 'node:sqlite');
    expect([await copier?.copy(false), await copier?.copy(true)]).toEqual([null, null]);
    await copier?.close();
    expect(reasons).toEqual(['no memory']);
  }));

it('keeps the log of a journal short while it is written without a pause', () =>
  inTempDir(async (dir) => {
    const openLogCopier = logCopier(bundleLogThread(dir), expect.unreachable);
    const journal = await openJournal({dir, clockId: 1n, openLogCopier});
    const value = 'x'.repeat(3_000);
    for (let round = 0; round < 600; round += 1)
      await Promise.all([0, 1, 2, 3, 4, 5].map((n) => journal.remember(`note-${round % 50}-${n}`, value)));
    expect(framesIn(join(dir, 'journal.db'))).toBeLessThan(3_000);
    await journal.close();
    expect(statSync(join(dir, 'journal.db-wal'), {throwIfNoEntry: false})?.size ?? 0).toBe(0);
    const again = await openJournal({dir, clockId: 1n, readOnly: true});
    expect(again.recall('note-49-5')).toBe(value);
    await again.close();
  }));

it('is none where there is no script for it', () => {
  expect(logCopier(null, expect.unreachable)).toBeUndefined();
});
