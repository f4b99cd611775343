/**
 * What keeps the file small and its ages certain: each job as a span of its frame, frames in pieces, the ages of a job by
 * the journal's own clock (age-clock.ts), and the jobs that are packed after their evidence period. The frames of an older
 * aos stay where they are: their jobs have no span.
 */
export const GROWTH_SCHEMA = `
  -- Where the job is in the bytes of its frame; null: in a frame of an older aos, by its index.
  ALTER TABLE jobs ADD COLUMN span_start INTEGER;
  ALTER TABLE jobs ADD COLUMN span_end INTEGER;
  -- How old the journal was when the job came, and when it was last over; null: before this schema.
  ALTER TABLE jobs ADD COLUMN born INTEGER;
  ALTER TABLE jobs ADD COLUMN over INTEGER;

  -- 0: it is being written, or deleted, piece by piece.
  ALTER TABLE frames ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;
  CREATE INDEX frames_partial ON frames (id) WHERE whole = 0;
  -- The bytes of a frame (frames.text is '' then); id: that of the frame * 65536 + the number of the piece.
  CREATE TABLE pieces (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

  -- A job that was over for the evidence period: what a list shows, and packed (packed.ts) what proves its answer.
  CREATE TABLE past (
    seq INTEGER PRIMARY KEY,
    job_id ANY NOT NULL, tag ANY NOT NULL, position ANY NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unanswered', 'accepted', 'expired')), outcome TEXT,
    kind ANY NOT NULL, model ANY NOT NULL,
    received_at INTEGER NOT NULL, concluded_at INTEGER, closed_at INTEGER,
    over INTEGER NOT NULL,
    packed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX past_by_id ON past (job_id);
  CREATE INDEX past_by_state ON past (state);
  CREATE TRIGGER past_stands BEFORE UPDATE ON past
  BEGIN SELECT raise(ABORT, 'what is packed is never changed'); END;

  -- The newest reading and its hash at an age of the journal: readings are deleted by it, and the chain is known by it.
  CREATE TABLE marks (age INTEGER PRIMARY KEY, n INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;

  -- Half of a SHA-256 names a (job_id, tag) as well, in half of the space.
  CREATE TABLE new_tombstones (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO new_tombstones SELECT substr(hash, 1, 16) FROM tombstones;
  DROP TABLE tombstones;
  ALTER TABLE new_tombstones RENAME TO tombstones;
`;
