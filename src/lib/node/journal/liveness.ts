import {AosError} from '../../foundation/errors/error.ts';
import {SPAN_KINDS, type StoredSpan} from '../liveness/spans.ts';
import type {Database, Row} from './driver.ts';
import {numberOf, textOf} from './rows.ts';

/** Schema of the liveness record: one row a period of probes (of the process, of the connection), not one a probe. */
export const LIVENESS_SCHEMA = `
  CREATE TABLE liveness (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('probed', 'running', 'connected')),
    started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, marks INTEGER NOT NULL
  ) STRICT;
`;

/** Most rows: probes just too seldom to make one period would add a row each. */
const MAX_ROWS = 100_000;

/** Every function is synchronous; those that write run inside a transaction. */
export function livenessTable(database: Database) {
  const put = database.prepare(
    `INSERT INTO liveness (id, kind, started_at, ended_at, marks) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, marks = excluded.marks`,
  );
  const all = database.prepare('SELECT * FROM liveness ORDER BY id');
  // By their number: a wrong clock at a start would otherwise delete the whole record.
  const forget = database.prepare(
    `DELETE FROM liveness WHERE id <= (SELECT max(id) FROM liveness) - ${MAX_ROWS}`,
  );
  return {
    put: ({id, kind, start, end, count}: StoredSpan): void => {
      put.run(id, kind, start, end, count);
    },
    spans: (): StoredSpan[] => all.all().map(spanOf),
    forget: (): void => {
      forget.run();
    },
  };
}

function spanOf(row: Row): StoredSpan {
  const text = textOf(row, 'kind');
  const kind = SPAN_KINDS.find((known) => known === text);
  if (kind === undefined)
    throw new AosError('JOURNAL_UNREADABLE', 'the journal holds a kind of period that no aos writes');
  return {
    id: numberOf(row, 'id'),
    kind,
    start: numberOf(row, 'started_at'),
    end: numberOf(row, 'ended_at'),
    count: numberOf(row, 'marks'),
  };
}
