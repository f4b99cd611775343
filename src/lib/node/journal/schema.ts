import {AosError} from '../../foundation/errors/error.ts';
import {CHECKS_SCHEMA} from './checks-schema.ts';
import type {Database} from './driver.ts';
import {GROWTH_SCHEMA} from './growth-schema.ts';
import {REFUSED_SCHEMA} from './inflow.ts';
import {LIVENESS_SCHEMA} from './liveness.ts';
import {copyBeforeMigration, wayOn} from './migration-copy.ts';
import {PROOFS_SCHEMA} from './proofs.ts';
import {sqliteCode} from './failure.ts';
import {SEEN_SCHEMA} from './seen.ts';
import {READINGS_SCHEMA} from './readings-schema.ts';
import {UNANSWERED_SCHEMA} from './unanswered-schema.ts';
import {run} from '../../foundation/next-step/next-step.ts';

/** What kind of file it is, and how it came to be as it is. */
export type Schema = {
  /** Marks the file (PRAGMA application_id). */
  applicationId: number;
  /** One entry a schema version (PRAGMA user_version), in order; a released one is never changed. */
  migrations: readonly string[];
};

/**
 * The journal of jobs. Columns of text from outside are ANY: a text with a NUL in it is stored as a blob (driver.ts).
 */
const JOBS: Schema = {
  /** "aosJ" */
  applicationId: 0x616f734a,
  migrations: [
    `
  -- A dispatch frame as received; it may carry several jobs.
  CREATE TABLE frames (id INTEGER PRIMARY KEY, text ANY NOT NULL) STRICT;

  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id ANY NOT NULL, tag ANY NOT NULL, position ANY NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'selected', 'concluded', 'signed', 'accepted', 'expired')),
    received_at INTEGER NOT NULL,
    frame_id INTEGER NOT NULL REFERENCES frames (id), frame_index INTEGER NOT NULL,
    kind ANY NOT NULL, model ANY NOT NULL,
    signer TEXT,
    vrf TEXT,
    envelope_id TEXT, signature TEXT, signed_at INTEGER,
    closed_at INTEGER,
    UNIQUE (job_id, tag, position)
  ) STRICT;
  CREATE INDEX jobs_by_state ON jobs (state, seq);
  CREATE INDEX jobs_by_frame ON jobs (frame_id);

  -- The one answer of a job. A row is never changed, and goes only when its job is over.
  CREATE TABLE answers (
    seq INTEGER PRIMARY KEY REFERENCES jobs (seq),
    outcome TEXT NOT NULL, vrf TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  CREATE TRIGGER answers_stand BEFORE UPDATE ON answers
  BEGIN SELECT raise(ABORT, 'the answer of a job is never changed'); END;
  CREATE TRIGGER answers_stay BEFORE DELETE ON answers
  WHEN (SELECT state FROM jobs WHERE seq = old.seq) NOT IN ('accepted', 'expired')
  BEGIN SELECT raise(ABORT, 'the answer of an open job is never deleted'); END;

  CREATE TABLE questions (
    request_id ANY PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES jobs (seq),
    kind TEXT NOT NULL, attempt INTEGER NOT NULL, asked_at INTEGER NOT NULL,
    answer ANY, answered_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX questions_by_job ON questions (seq, attempt);

  CREATE TABLE readings (
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL, event TEXT NOT NULL, ref ANY NOT NULL, clock TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER readings_stand BEFORE UPDATE ON readings
  BEGIN SELECT raise(ABORT, 'a clock reading is never changed'); END;

  CREATE TABLE facts (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  `,
    LIVENESS_SCHEMA,
    // The sampling range a job was drawn with, for a challenge (vrf/range-text.ts).
    'ALTER TABLE jobs ADD COLUMN range TEXT',
    UNANSWERED_SCHEMA,
    REFUSED_SCHEMA,
    GROWTH_SCHEMA,
    CHECKS_SCHEMA,
    // The message by which the dispatcher accepted the answer of a worker, byte for byte, for the receipt of the job.
    'ALTER TABLE jobs ADD COLUMN reply BLOB',
    SEEN_SCHEMA,
    READINGS_SCHEMA,
    PROOFS_SCHEMA,
  ],
};

/**
 * Checks that an open file is a journal of a version we know, and brings it to the newest unless `readOnly`: one that holds
 * something is copied before.
 * @param use.now Unix ms
 * @returns whether it was changed
 * @throws AosError JOURNAL_UNREADABLE | JOURNAL_WRITE_FAILED; SQLite's own error for a file that is none of its own
 */
export function prepareSchema(
  database: Database,
  use: {path: string; readOnly: true} | {path: string; readOnly: false; now: number},
  {applicationId, migrations}: Schema = JOBS,
): boolean {
  const {path} = use;
  const version = pragma(database, 'user_version');
  const id = pragma(database, 'application_id');
  const isEmpty =
    id === 0 && version === 0 && database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!isEmpty && id !== applicationId)
    throw new AosError('JOURNAL_UNREADABLE', `${path} belongs to another program`);
  if (version > migrations.length) {
    throw new AosError(
      'JOURNAL_UNREADABLE',
      `${path} was made by a newer aos (schema ${version}, this one knows ${migrations.length})`,
      {next: wayOn(database, path, migrations.length)},
    );
  }
  if (version === migrations.length) return false;
  if (use.readOnly) {
    throw new AosError(
      'JOURNAL_UNREADABLE',
      `${path} has schema ${version}, this aos needs ${migrations.length}`,
      {
        next: run(
          'run',
          [],
          'Start or restart the operator with this version, which brings the journal up to date',
        ),
      },
    );
  }
  if (!isEmpty) copyBeforeMigration(database, path, version, use.now);
  migrate(database, {applicationId, migrations});
  return true;
}

function migrate(database: Database, {applicationId, migrations}: Schema): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Asked again under the lock: another process may have done it meanwhile.
    for (const step of migrations.slice(pragma(database, 'user_version'))) database.exec(step);
    database.exec(
      `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`,
    );
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** What went wrong before is thrown: not that SQLite had rolled back by itself. */
function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch (error) {
    if (sqliteCode(error) === undefined) throw error;
  }
}

function pragma(database: Database, name: 'user_version' | 'application_id'): number {
  const value = database.prepare(`PRAGMA ${name}`).get()?.[name];
  return typeof value === 'number' ? value : 0;
}
