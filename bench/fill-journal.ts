import {statSync} from 'node:fs';
import path from 'node:path';
import {pickDriver, type Database} from '../src/lib/node/journal/driver.ts';
import {JOURNAL_FILE} from '../src/lib/node/journal/sqlite.ts';

/** Pieces of a frame, by their ids: that of the frame times this, and the number of the piece. */
const PIECES = 65_536;

/**
 * Makes a journal of accepted jobs as large as is wanted: its jobs, frames and answers are copied under other ids, again and
 * again. No operator may work with it.
 * @returns its size in bytes, and how many jobs it holds
 */
export function fillJournal(dir: string, bytes: number): {bytes: number; jobs: number} {
  const file = path.join(dir, JOURNAL_FILE);
  const database = pickDriver().open(file, {readOnly: false});
  try {
    database.exec('PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -200000');
    while (
      numberOf(database, 'SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size') <
      bytes
    )
      double(database, bytes);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return {bytes: statSync(file).size, jobs: numberOf(database, 'SELECT count(*) AS n FROM jobs')};
  } finally {
    database.close();
  }
}

function numberOf(database: Database, sql: string): number {
  return Number(database.prepare(sql).get()?.['n'] ?? 0);
}

/** Copies what is there once more, or as much of it as is needed. */
function double(database: Database, bytes: number): void {
  const size = numberOf(
    database,
    'SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size',
  );
  const jobs = numberOf(database, 'SELECT max(seq) AS n FROM jobs');
  const frames = numberOf(database, 'SELECT max(id) AS n FROM frames');
  const most = Math.ceil(jobs * Math.min(1, (bytes - size) / size)) + 1;
  database.exec('BEGIN');
  copyRows(database, 'frames', {id: `id + ${frames}`});
  copyRows(database, 'pieces', {id: `id + ${frames * PIECES}`});
  copyRows(
    database,
    'jobs',
    {seq: `seq + ${jobs}`, frame_id: `frame_id + ${frames}`, job_id: `job_id || '-${jobs}'`},
    `WHERE seq <= ${most}`,
  );
  copyRows(database, 'answers', {seq: `seq + ${jobs}`}, `WHERE seq <= ${most}`);
  database.exec('COMMIT');
}

/** Copies the rows of a table, with other values in some of its columns. */
function copyRows(
  database: Database,
  table: string,
  changed: Readonly<Record<string, string>>,
  where = '',
): void {
  const columns = database
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map(({name}) => String(name));
  const values = columns.map((name) => changed[name] ?? name);
  database.exec(
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table} ${where}`,
  );
}
