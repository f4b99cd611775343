import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {copiesOf} from '../../../../src/lib/node/journal/migration-copy.ts';
import {prepareSchema, type Schema} from '../../../../src/lib/node/journal/schema.ts';
import {inTempDir, loadableDrivers} from '../../../support/journal.ts';

const NOW = Date.UTC(2030, 5, 1, 12, 0, 0);
const HOUR = 3_600_000;
const steps = (count: number): Schema => ({
  applicationId: 7,
  migrations: [
    'CREATE TABLE jobs (seq INTEGER PRIMARY KEY, received_at INTEGER)',
    'CREATE TABLE b (n)',
    'CREATE TABLE c (n)',
    'CREATE TABLE d (n)',
  ].slice(0, count),
});

function migrated(driver: SqliteDriver, path: string, {schema, now}: {schema: number; now: number}): void {
  const database = driver.open(path, {readOnly: false});
  database.exec('PRAGMA journal_mode = WAL');
  prepareSchema(database, {path, readOnly: false, now}, steps(schema));
  database.exec(`INSERT INTO jobs (received_at) VALUES (${now})`);
  database.close();
}

const tables = (driver: SqliteDriver, path: string): unknown[] => {
  const database = driver.open(path, {readOnly: true});
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  database.close();
  return rows.map(({name}) => name);
};

for (const driver of loadableDrivers()) {
  describe(`the copy before a migration, on ${driver.name}`, () => {
    it('is what the journal was, private and whole; a new journal has none, and the last two stay', () =>
      inTempDir((dir) => {
        const path = join(dir, 'some.db');
        migrated(driver, path, {schema: 1, now: NOW});
        expect(copiesOf(path)).toEqual([]);
        for (const schema of [2, 3, 4]) migrated(driver, path, {schema, now: NOW + schema * HOUR});
        const copies = copiesOf(path);
        expect(copies).toEqual([
          {path: `${path}.schema-3-20300601T160000Z`, schema: 3, at: NOW + 4 * HOUR},
          {path: `${path}.schema-2-20300601T150000Z`, schema: 2, at: NOW + 3 * HOUR},
        ]);
        for (const copy of copies) expect(statSync(copy.path).mode & 0o777).toBe(0o600);
        expect(tables(driver, copies[0]!.path)).toEqual(['b', 'c', 'jobs']);
        expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
        return Promise.resolve();
      }));

    it('is named to an older version, with the way back and the jobs that the copy cannot know', () =>
      inTempDir((dir) => {
        const path = join(dir, 'some.db');
        migrated(driver, path, {schema: 1, now: NOW});
        migrated(driver, path, {schema: 3, now: NOW + HOUR});
        const database = driver.open(path, {readOnly: true});
        const use = {path, readOnly: true} as const;
        const refused = (known: number): string => {
          try {
            prepareSchema(database, use, steps(known));
          } catch (error) {
            return (error as {next: {say: string}}).next.say;
          }
          return 'taken';
        };
        expect(refused(2)).toContain(`cp -p ${path}.schema-1-20300601T130000Z ${path}`);
        expect(refused(2)).toContain('2030-06-01T13:00:00.000Z, which cannot know 1 job that came after it');
        expect(refused(0)).toContain('No copy');
        database.close();
        return Promise.resolve();
      }));
  });
}
