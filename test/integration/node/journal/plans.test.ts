import {expect, it} from 'vitest';
import {pickDriver, type Database, type SqliteDriver} from '../../../../src/lib/node/journal/driver.ts';
import {openJournal} from '../../../../src/lib/node/journal/sqlite.ts';
import {inTempDir} from '../../../support/journal.ts';

/** A driver that notes the statements that are prepared. */
function noting(driver: SqliteDriver, sql: Set<string>): SqliteDriver {
  return {
    name: driver.name,
    open(path, options) {
      const database = driver.open(path, options);
      return {
        ...database,
        prepare: (text) => {
          sql.add(text);
          return database.prepare(text);
        },
      };
    },
  };
}

/** How SQLite reads a whole table or index for a statement; none where it looks rows up. */
function scansOf(database: Database, sql: string): string[] {
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({detail}) => String(detail))
    .filter((detail) => detail.startsWith('SCAN ') && !detail.includes('CONSTANT'));
}

/**
 * Statements that read a whole table or index, with what bounds them; every other one looks its rows up. One that is new here holds
 * up the event loop for longer the more jobs there were.
 */
const BOUNDED = [
  // One row, or as many as their limit says.
  /^SELECT .* LIMIT (?:1|2|2000|\?)$/,
  /^INSERT OR REPLACE INTO marks .* LIMIT 1$/,
  // An index of few rows: frames that are being written, and answers that wait.
  /^SELECT id FROM frames WHERE whole = 0$/,
  /^SELECT count\(\*\) AS held,/,
  // The spans in which the node was reached, which are merged.
  /^SELECT \* FROM liveness ORDER BY id$/,
  // Counted at the start, and when a person asks.
  /^SELECT state, count\(\*\) AS jobs FROM (?:jobs|past) GROUP BY state$/,
  // When a challenge is answered.
  /^SELECT \* FROM readings WHERE json_extract/,
];

it('has no statement that takes longer the more jobs a journal has', () =>
  inTempDir(async (dir) => {
    const sql = new Set<string>();
    const driver = pickDriver();
    const journal = await openJournal({dir, clockId: 1n, driver: noting(driver, sql)});
    await journal.close();
    const database = driver.open(`${dir}/journal.db`, {readOnly: true});
    const scans = [...sql]
      .filter((text) => !/^\s*(?:PRAGMA|EXPLAIN)/i.test(text))
      .flatMap((text) => scansOf(database, text).map((scan) => [text.replaceAll(/\s+/g, ' ').trim(), scan]));
    database.close();
    expect(scans.length).toBeGreaterThan(5);
    expect(scans.filter(([text = '']) => !BOUNDED.some((bounded) => bounded.test(text)))).toEqual([]);
  }));
