import type {Database} from './driver.ts';

/** The frames that jobs came in. Every function is synchronous and runs inside a transaction. */
export function frameTable(database: Database) {
  const add = database.prepare('INSERT INTO frames (text) VALUES (?)');
  const drop = database.prepare(
    'DELETE FROM frames WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE frame_id = ?1)',
  );
  /** The frame stored last: the jobs of one frame share its row, or a frame of many jobs would be stored many times. */
  let last: {text: string; id: number} | null = null;

  return {
    /** @returns the id of the row with this text */
    store(text: string): number {
      if (last?.text !== text) last = {text, id: add.run(text).lastInsertRowid};
      return last.id;
    },

    /** Deletes a frame that no job needs any more. */
    dropUnused(id: number): void {
      drop.run(id);
    },

    /** The frame stored last may be gone: frames were deleted, or the transaction was rolled back. */
    forgetLast(): void {
      last = null;
    },
  };
}
