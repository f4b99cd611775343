/**
 * Jobs that end without an answer, how each request ended, callbacks that are kept beside the one answer, and what is left
 * of a job that is cleaned up. SQLite cannot change a CHECK, so the table of jobs is made anew, and with it those that
 * refer to it: they follow when it gets its name.
 */
export const UNANSWERED_SCHEMA = `
  CREATE TABLE new_jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id ANY NOT NULL, tag ANY NOT NULL, position ANY NOT NULL,
    state TEXT NOT NULL CHECK
      (state IN ('received', 'selected', 'unanswered', 'concluded', 'signed', 'accepted', 'expired')),
    received_at INTEGER NOT NULL,
    frame_id INTEGER NOT NULL REFERENCES frames (id), frame_index INTEGER NOT NULL,
    kind ANY NOT NULL, model ANY NOT NULL,
    signer TEXT,
    vrf TEXT,
    envelope_id TEXT, signature TEXT, signed_at INTEGER,
    closed_at INTEGER,
    range TEXT,
    -- Why it is unanswered.
    why TEXT,
    -- How many of its requests failed before a retry, and count as attempts no more.
    forgiven INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job_id, tag, position)
  ) STRICT;
  INSERT INTO new_jobs (seq, job_id, tag, position, state, received_at, frame_id, frame_index, kind, model, signer, vrf,
    envelope_id, signature, signed_at, closed_at, range)
  SELECT seq, job_id, tag, position, state, received_at, frame_id, frame_index, kind, model, signer, vrf,
    envelope_id, signature, signed_at, closed_at, range FROM jobs;
  -- No number of a job is ever given twice.
  DELETE FROM sqlite_sequence WHERE name = 'new_jobs';
  INSERT INTO sqlite_sequence (name, seq) SELECT 'new_jobs', seq FROM sqlite_sequence WHERE name = 'jobs';

  CREATE TABLE new_answers (
    seq INTEGER PRIMARY KEY REFERENCES new_jobs (seq),
    outcome TEXT NOT NULL, vrf TEXT NOT NULL, content TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO new_answers (seq, outcome, vrf, content, at) SELECT seq, outcome, vrf, content, at FROM answers;
  DROP TABLE answers;

  CREATE TABLE new_questions (
    request_id ANY PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES new_jobs (seq),
    kind TEXT NOT NULL, attempt INTEGER NOT NULL, asked_at INTEGER NOT NULL,
    answer ANY, answered_at INTEGER,
    -- The worker that took it, and which start of it; how it ended when no answer came of it.
    worker_url ANY, worker_node ANY, taken_at INTEGER,
    ended TEXT CHECK (ended IN ('timeout', 'lost', 'invalid')), ended_at INTEGER
  ) STRICT, WITHOUT ROWID;
  INSERT INTO new_questions (request_id, seq, kind, attempt, asked_at, answer, answered_at)
  SELECT request_id, seq, kind, attempt, asked_at,
    -- An answer that was stored and not yet used: its request is put again.
    CASE WHEN (SELECT state FROM jobs WHERE jobs.seq = questions.seq) = 'selected' THEN NULL ELSE answer END,
    CASE WHEN (SELECT state FROM jobs WHERE jobs.seq = questions.seq) = 'selected' THEN NULL ELSE answered_at END
  FROM questions;
  DROP TABLE questions;

  DROP TABLE jobs;
  ALTER TABLE new_jobs RENAME TO jobs;
  ALTER TABLE new_answers RENAME TO answers;
  ALTER TABLE new_questions RENAME TO questions;
  CREATE INDEX jobs_by_state ON jobs (state, seq);
  CREATE INDEX jobs_by_frame ON jobs (frame_id);
  CREATE INDEX questions_by_job ON questions (seq, attempt);
  CREATE TRIGGER answers_stand BEFORE UPDATE ON answers
  BEGIN SELECT raise(ABORT, 'the answer of a job is never changed'); END;
  CREATE TRIGGER answers_stay BEFORE DELETE ON answers
  WHEN (SELECT state FROM jobs WHERE seq = old.seq) NOT IN ('accepted', 'expired')
  BEGIN SELECT raise(ABORT, 'the answer of an open job is never deleted'); END;

  -- Callbacks that are not the answer of their job; bytes: the size of the whole body.
  CREATE TABLE evidence (
    seq INTEGER NOT NULL REFERENCES jobs (seq), n INTEGER NOT NULL,
    request_id ANY NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL, body ANY NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY (seq, n)
  ) STRICT, WITHOUT ROWID;

  -- Of each (job_id, tag) that was cleaned up: it is never answered a second time.
  CREATE TABLE tombstones (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
`;
