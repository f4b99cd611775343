import type {Database} from './driver.ts';
import {numberOf} from './rows.ts';

/** Damage that a person has accepted, and the jobs that were given up for it, by seq. */
export type AcceptedDamage = {id: string; message: string; givenUp: readonly number[]};

/**
 * Gives up the jobs without an answer of a journal that has lost commits: an answer may be among what is lost, and may have
 * been signed; a second one would be punished. The jobs stay known, so none of them is taken on again.
 * @param at Unix ms
 * @returns their seqs
 */
export function giveUpUnsure(database: Database, at: number): number[] {
  return database
    .prepare(
      `UPDATE jobs SET state = 'expired', closed_at = ?, why = ?, over = coalesce(over, born)
       WHERE state IN ('received', 'selected', 'unanswered') AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.seq = jobs.seq)
       RETURNING seq`,
    )
    .all(at, 'the journal was damaged: whether it was answered cannot be known')
    .map((row) => numberOf(row, 'seq'));
}
