/** Answers that are checked before they are delivered, with what the checks said (docs/adr/0056-the-held-answer.md). */
export const CHECKS_SCHEMA = `
  CREATE TABLE checks (
    n INTEGER PRIMARY KEY,
    request_id ANY NOT NULL UNIQUE,
    seq INTEGER NOT NULL REFERENCES jobs (seq),
    at INTEGER NOT NULL,
    -- The whole body; null: it is the answer of its request.
    body ANY,
    state TEXT NOT NULL CHECK (state IN ('checking', 'held', 'ok', 'not_checked', 'released')),
    then_do TEXT CHECK (then_do IN ('wait', 'check_again', 'ask_again')),
    code TEXT, message ANY, judged_at INTEGER,
    -- What each check said, as JSON.
    results ANY
  ) STRICT;
  CREATE INDEX checks_by_job ON checks (seq);
  CREATE INDEX checks_waiting ON checks (n) WHERE state IN ('checking', 'held');
`;
