import fs from 'node:fs';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {JOURNAL_FILE, openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {inTempDir, loadableDrivers, newJob} from '../../../support/journal.ts';

/** Every sync of this process goes through the test, and then to the disk. */
function watchSyncs() {
  const {fdatasync, fdatasyncSync} = fs;
  const inodes: number[] = [];
  const held: (() => void)[] = [];
  fs.fdatasync = ((file, done) => {
    inodes.push(fs.fstatSync(file).ino);
    held.push(() => fdatasync(file, done));
  }) as typeof fdatasync;
  fs.fdatasyncSync = (file) => {
    inodes.push(fs.fstatSync(file).ino);
    fdatasyncSync(file);
  };
  syncBuiltinESMExports();
  onTestFinished(() => {
    Object.assign(fs, {fdatasync, fdatasyncSync});
    syncBuiltinESMExports();
  });
  return {
    /** Files that were to be synced, in order. */
    inodes,
    /** Lets one that was begun go to the disk. */
    release: () => held.shift()?.(),
    waiting: () => held.length,
  };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const logOf = (dir: string): string => join(dir, `${JOURNAL_FILE}-wal`);

/** The directory of a process that was killed after it had stored one job. */
async function leftBehind(driver: SqliteDriver, temp: string): Promise<string> {
  const [dir, copy] = [join(temp, 'dir'), join(temp, 'copy')];
  const journal = await openJournal({dir, clockId: 1n, driver});
  await journal.receive(newJob('a'));
  fs.cpSync(dir, copy, {recursive: true});
  await journal.close();
  return copy;
}

for (const driver of loadableDrivers()) {
  describe(`what is told of is on the disk, on ${driver.name}`, () => {
    it('a change, when the log has been synced after it', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        const syncs = watchSyncs();
        const told: string[] = [];
        const first = journal.receive(newJob('a')).then(() => told.push('a'));
        await turns();
        const later = journal.receive(newJob('b')).then(() => told.push('b'));
        await turns();
        expect({told, waiting: syncs.waiting()}).toEqual({told: [], waiting: 1});
        syncs.release();
        await first;
        expect(told).toEqual(['a']);
        await turns();
        syncs.release();
        await later;
        expect(syncs.inodes).toEqual([fs.statSync(logOf(dir)).ino, fs.statSync(logOf(dir)).ino]);
        await journal.close();
      }));

    it('a change that was known before too: another may have been told nothing yet', () =>
      inTempDir(async (dir) => {
        const journal = await openJournal({dir, clockId: 1n, driver});
        const syncs = watchSyncs();
        const told: boolean[] = [];
        const both = [1, 2].map(() => journal.receive(newJob('a')).then(({known}) => told.push(known)));
        await turns();
        expect(told).toEqual([]);
        syncs.release();
        await Promise.all(both);
        expect(told).toEqual([false, true]);
        await journal.close();
      }));

    it('what a killed process left in the log, when the journal is opened', () =>
      inTempDir(async (temp) => {
        const copy = await leftBehind(driver, temp);
        expect(fs.statSync(logOf(copy)).size).toBeGreaterThan(0);
        const journal = await openJournal({dir: copy, clockId: 1n, driver});
        expect(fs.statSync(logOf(copy)).size).toBe(0);
        expect(journal.counts().received).toBe(1);
        await journal.close();
      }));

    it('also while somebody reads it: then the log is synced where it is', () =>
      inTempDir(async (temp) => {
        const copy = await leftBehind(driver, temp);
        const reader = driver.open(join(copy, JOURNAL_FILE), {readOnly: false});
        reader.exec('BEGIN');
        expect(reader.prepare('SELECT 1 FROM jobs').all()).toHaveLength(1);
        const syncs = watchSyncs();
        const journal = await openJournal({dir: copy, clockId: 1n, driver});
        expect(syncs.inodes).toEqual([fs.statSync(logOf(copy)).ino]);
        expect(journal.counts().received).toBe(1);
        reader.exec('COMMIT');
        reader.close();
        await journal.close();
      }));

    it('of a journal that is a link to a file elsewhere', () =>
      inTempDir(async (temp) => {
        const [dir, other] = [join(temp, 'dir'), join(temp, 'other')];
        await (await openJournal({dir: other, clockId: 1n, driver})).close();
        fs.mkdirSync(dir);
        fs.symlinkSync(join(other, JOURNAL_FILE), join(dir, JOURNAL_FILE));
        const journal = await openJournal({dir, clockId: 1n, driver});
        const syncs = watchSyncs();
        const received = journal.receive(newJob('a'));
        await turns();
        syncs.release();
        await received;
        expect(syncs.inodes).toEqual([fs.statSync(logOf(other)).ino]);
        await journal.close();
      }));
  });
}
