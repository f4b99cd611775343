import type {Database} from './driver.ts';
import {numberOf, textOf} from './rows.ts';

/** Marks of what counts once, each with the one that it counted for: attestations. */
export const SEEN_SCHEMA = `
  CREATE TABLE seen (mark TEXT PRIMARY KEY, owner ANY NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What counts once. */
export type SeenMarks = {
  /**
   * Takes a mark for an owner, who may take it again.
   * @param mark of a document that is refused for a request that came more than two minutes after its own time
   * @param at Unix ms; the time in the document is at most two minutes later
   * @returns the owner that has it: this one, or one before
   */
  claim(mark: string, owner: string, at: number): Promise<string>;
};

/** Marks looked at in one transaction, once a minute: more than a tee worker can give answers. */
const AT_ONCE = 2_000;
/** Between the clocks of the enclave and of this machine: once for the document that was taken, once for the next request. */
const LEEWAY_MS = 240_000;

/** Runs inside a transaction. */
export function seenTable(database: Database) {
  const add = database.prepare('INSERT INTO seen (mark, owner, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const find = database.prepare('SELECT owner FROM seen WHERE mark = ?');
  const oldest = database.prepare('SELECT received_at FROM jobs ORDER BY seq LIMIT 1');
  const endOfPage = database.prepare(
    `SELECT mark FROM seen WHERE mark > ? ORDER BY mark LIMIT 1 OFFSET ${AT_ONCE - 1}`,
  );
  const old = 'at < ? AND NOT EXISTS (SELECT 1 FROM questions WHERE request_id = owner)';
  const removePage = database.prepare(`DELETE FROM seen WHERE mark > ? AND mark <= ? AND ${old}`);
  const removeRest = database.prepare(`DELETE FROM seen WHERE mark > ? AND ${old}`);
  /** Where the next look begins: after the last one, round the table. */
  let after = '';

  return {
    claim(mark: string, owner: string, at: number): string {
      add.run(mark, owner, at);
      const row = find.get(mark);
      return row === undefined ? owner : textOf(row, 'owner');
    },

    /**
     * Deletes marks of documents that their own time keeps out by now: the job that they counted for is packed, and each
     * request of a job that is still whole was put after them. A packed job takes no answer.
     */
    prune(): void {
      const job = oldest.get();
      if (job === undefined) return;
      const before = numberOf(job, 'received_at') - LEEWAY_MS;
      const end = endOfPage.get(after);
      if (end === undefined) {
        removeRest.run(after, before);
        after = '';
        return;
      }
      const mark = textOf(end, 'mark');
      removePage.run(after, mark, before);
      after = mark;
    },
  };
}
