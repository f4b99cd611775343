import type {JobKey} from '../../protocol/wire/messages.ts';
import type {Database} from './driver.ts';
import {numberOf, requestOf, textOf} from './rows.ts';
import type {NewRequest, RequestEnd, RequestRecord, RequestTaker} from './records.ts';

/** What a callback finds: the job of its request, and what that job and that request wait for. */
export type FoundRequest = {
  seq: number;
  key: JobKey;
  /** The job has no answer yet; neither has the request, not even one that is being checked. */
  isWanted: boolean;
  /** The body that came for this very request before; null: none did. */
  answer: string | null;
};

/** Most callbacks kept beside the answer of one job, and most bytes of each. */
const MOST_EVIDENCE = 3;
const MOST_BYTES = 64 * 1024;

/** The requests put to workers, with what is kept of other callbacks. Those that write run inside a transaction. */
export function requestTable(database: Database) {
  const insert = database.prepare(
    'INSERT INTO questions (request_id, seq, kind, attempt, asked_at) VALUES (?, ?, ?, ?, ?)',
  );
  const find = database.prepare(
    `SELECT q.seq, coalesce(q.answer, c.body) AS answer, j.job_id, j.tag, j.position,
       q.answer IS NULL AND c.n IS NULL AND j.state IN ('received', 'selected', 'unanswered') AS is_wanted
     FROM questions q JOIN jobs j ON j.seq = q.seq LEFT JOIN checks c ON c.request_id = q.request_id
     WHERE q.request_id = ?`,
  );
  const setAnswer = database.prepare('UPDATE questions SET answer = ?, answered_at = ? WHERE request_id = ?');
  const setTaken = database.prepare(
    `UPDATE questions SET worker_url = ?, worker_node = ?, taken_at = coalesce(taken_at, ?)
     WHERE request_id = ? AND answer IS NULL`,
  );
  const setEnded = database.prepare(
    'UPDATE questions SET ended = ?, ended_at = ? WHERE request_id = ? AND answer IS NULL AND ended IS NULL',
  );
  const ofJob = database.prepare('SELECT * FROM questions WHERE seq = ? ORDER BY attempt, asked_at');
  const failed = database.prepare(
    `SELECT count(*) AS failed, (SELECT forgiven FROM jobs WHERE seq = ?1) AS forgiven
     FROM questions WHERE seq = ?1 AND ended IS NOT NULL`,
  );
  const kept = database.prepare('SELECT count(*) AS kept FROM evidence WHERE seq = ?');
  const keep = database.prepare(
    'INSERT INTO evidence (seq, n, request_id, at, why, body, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );

  return {
    add({requestId, seq, kind, attempt, askedAt}: NewRequest): void {
      insert.run(requestId, seq, kind, attempt, askedAt);
    },

    find(requestId: string): FoundRequest | null {
      const row = find.get(requestId);
      if (row === undefined) return null;
      return {
        seq: numberOf(row, 'seq'),
        key: {jobId: textOf(row, 'job_id'), tag: textOf(row, 'tag'), position: textOf(row, 'position')},
        isWanted: row['is_wanted'] === 1,
        answer: row['answer'] === null ? null : textOf(row, 'answer'),
      };
    },

    answer(requestId: string, body: string, at: number): void {
      setAnswer.run(body, at, requestId);
    },

    taken(requestId: string, {url, nodeId}: RequestTaker, at: number): void {
      setTaken.run(url, nodeId, at, requestId);
    },

    /** What ended stays so: it was one attempt. */
    ended(requestId: string, how: RequestEnd, at: number): void {
      setEnded.run(how, at, requestId);
    },

    /** Keeps a callback that is not the answer of its job, as long as there are few. */
    keep(seq: number, callback: {requestId: string; body: string; at: number; why: string}): void {
      const row = kept.get(seq);
      const n = row === undefined ? 0 : numberOf(row, 'kept');
      if (n >= MOST_EVIDENCE) return;
      const {requestId, body, at, why} = callback;
      const bytes = Buffer.from(body);
      // A character that the cut goes through becomes U+FFFD.
      keep.run(seq, n + 1, requestId, at, why, bytes.subarray(0, MOST_BYTES).toString(), bytes.length);
    },

    /** Requests that a worker took and did not answer, since the last retry. */
    failed(seq: number): number {
      const row = failed.get(seq);
      if (row === undefined || row['forgiven'] === null) return 0;
      return Math.max(0, numberOf(row, 'failed') - numberOf(row, 'forgiven'));
    },

    ofJob(seq: number): RequestRecord[] {
      return ofJob.all(seq).map(requestOf);
    },
  };
}
