import type {Database} from './driver.ts';
import {textOf} from './rows.ts';

/** Marks of what counts once, each with the one that it counted for: proofs and attestations. */
export const SEEN_SCHEMA = `
  CREATE TABLE seen (mark TEXT PRIMARY KEY, owner ANY NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

/** What counts once. */
export type SeenMarks = {
  /**
   * Takes a mark for an owner, who may take it again.
   * @param at Unix ms
   * @returns the owner that has it: this one, or one before
   */
  claim(mark: string, owner: string, at: number): Promise<string>;
};

/** Runs inside a transaction. */
export function seenTable(database: Database) {
  const add = database.prepare('INSERT INTO seen (mark, owner, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const find = database.prepare('SELECT owner FROM seen WHERE mark = ?');
  return {
    claim(mark: string, owner: string, at: number): string {
      add.run(mark, owner, at);
      const row = find.get(mark);
      return row === undefined ? owner : textOf(row, 'owner');
    },
  };
}
