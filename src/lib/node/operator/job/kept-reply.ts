import type {JobOutcome} from '../../events/job-states.ts';

/** The published dispatchers say `success` in a hundred bytes. */
const MOST_BYTES = 4 * 1024;

/**
 * The dispatcher's acceptance as it is kept for the receipt of a job: of answers of workers alone, since these are what a challenge
 * is about; null: it is not kept.
 */
export function keptReply(outcome: JobOutcome | null, bytes: Uint8Array): Uint8Array | null {
  // A copy: the bytes of a small frame may be a part of a large buffer.
  return outcome === 'answered' && bytes.length <= MOST_BYTES ? Uint8Array.from(bytes) : null;
}
