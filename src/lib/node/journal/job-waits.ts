import type {Database} from './driver.ts';

/** The end of a job's wait for an answer, and a new beginning. Both run inside a transaction. @param age how old the journal is, ms */
export function waitTable(database: Database, age: () => number) {
  const leave = database.prepare(
    `UPDATE jobs SET state = 'unanswered', closed_at = ?, why = ?, over = ? WHERE seq = ? AND state = 'selected'`,
  );
  const retry = database.prepare(
    `UPDATE jobs SET state = 'selected', closed_at = NULL, why = NULL,
       forgiven = (SELECT count(*) FROM questions WHERE questions.seq = jobs.seq AND ended IS NOT NULL)
     WHERE seq = ? AND state IN ('selected', 'unanswered')`,
  );
  return {
    /** @returns false when it is not selected any more */
    leave: (seq: number, why: string, at: number): boolean => leave.run(at, why, age(), seq).changes > 0,

    /** Requests that failed so far count as attempts no more. @returns false when it waits for no worker */
    retry: (seq: number): boolean => retry.run(seq).changes > 0,
  };
}
