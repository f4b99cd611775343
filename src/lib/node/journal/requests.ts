import type {Database} from './driver.ts';
import {numberOf, requestOf, textOf} from './rows.ts';
import type {RequestRecord} from './records.ts';

/** The requests put to workers. `add` and `answer` run inside a transaction. */
export function requestTable(database: Database) {
  const insert = database.prepare(
    'INSERT INTO questions (request_id, seq, kind, attempt, asked_at) VALUES (?, ?, ?, ?, ?)',
  );
  const find = database.prepare(
    `SELECT q.seq, q.answer IS NULL AS is_open, j.job_id, j.state IN ('received', 'selected') AS is_wanted
     FROM questions q JOIN jobs j ON j.seq = q.seq WHERE q.request_id = ?`,
  );
  const setAnswer = database.prepare('UPDATE questions SET answer = ?, answered_at = ? WHERE request_id = ?');
  const ofJob = database.prepare('SELECT * FROM questions WHERE seq = ? ORDER BY attempt, asked_at');

  return {
    add({requestId, seq, kind, attempt, askedAt}: Omit<RequestRecord, 'answer'>): void {
      insert.run(requestId, seq, kind, attempt, askedAt);
    },

    /** An answer for a job that is concluded is not taken any more: it is `unknown`, unless it came before. */
    answer(
      requestId: string,
      body: string,
      at: number,
    ): {state: 'taken'; seq: number; jobId: string} | {state: 'unknown' | 'already'} {
      const row = find.get(requestId);
      if (row === undefined) return {state: 'unknown'};
      if (row['is_open'] !== 1) return {state: 'already'};
      if (row['is_wanted'] !== 1) return {state: 'unknown'};
      setAnswer.run(body, at, requestId);
      return {state: 'taken', seq: numberOf(row, 'seq'), jobId: textOf(row, 'job_id')};
    },

    ofJob(seq: number): RequestRecord[] {
      return ofJob.all(seq).map(requestOf);
    },
  };
}
