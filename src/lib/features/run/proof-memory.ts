import {createLimiter} from '../../foundation/async/limiter.ts';
import type {Journal} from '../../node/journal/journal.ts';

/** Remembers which job a proof was of, in the journal. */
export type ProofMemory = {
  /**
   * Takes a proof for a job; durable when it resolves.
   * @param mark 64 hex digits
   * @returns the job that it belongs to: this one, or the one that had it first
   * @throws AosError JOURNAL_UNREADABLE | JOURNAL_WRITE_FAILED
   */
  claim(mark: string, jobId: string): Promise<string>;
};

/** So many digits of a mark name its slot: 65,536 slots, each with the newest proofs of its own, bound what is kept. */
const SLOT_DIGITS = 4;
const MOST_IN_SLOT = 8;

/** A memory in the notes of a journal, which outlives the run. */
export function createProofMemory(journal: Pick<Journal, 'recall' | 'remember'>): ProofMemory {
  /** One claim after the other, so that no two jobs take one proof. */
  const turn = createLimiter(1);

  async function claim(mark: string, jobId: string): Promise<string> {
    const slot = `proof:${mark.slice(0, SLOT_DIGITS)}`;
    const known = marksIn(journal.recall(slot));
    const owner = known.find(([other]) => other === mark)?.[1];
    if (owner !== undefined) return owner;
    await journal.remember(slot, JSON.stringify([[mark, jobId], ...known].slice(0, MOST_IN_SLOT)));
    return jobId;
  }

  return {claim: (mark, jobId) => turn.run(() => claim(mark, jobId))};
}

function marksIn(text: string | null): readonly (readonly [string, string])[] {
  if (text === null) return [];
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown): [string, string][] => {
    if (!Array.isArray(entry)) return [];
    const [mark, jobId] = entry as readonly unknown[];
    return typeof mark === 'string' && typeof jobId === 'string' ? [[mark, jobId]] : [];
  });
}
