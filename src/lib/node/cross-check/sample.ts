import {createHmac} from 'node:crypto';
import type {JobKey} from '../../protocol/wire/messages.ts';
import type {Notes} from '../journal/journal.ts';

const SECRET = 'cross_check_secret';
/** 48 bits of a hash, as a fraction. */
const BYTES = 6;

/**
 * The secret of this node's samples, made when it is first needed and kept in its journal: the sample of a job is known
 * before its first answer, is the same after a restart, and cannot be foreseen by a worker.
 * @param make a new one, 32 hex digits
 * @returns the secret; `kept` resolves when it is durable, or rejects with AosError JOURNAL_WRITE_FAILED
 */
export function sampleSecret(journal: Notes, make: () => string): {secret: string; kept: Promise<void>} {
  const known = journal.recall(SECRET);
  if (known !== null && known !== '') return {secret: known, kept: Promise.resolve()};
  const secret = make();
  return {secret, kept: journal.remember(SECRET, secret)};
}

/** Whether a job is in the sample: a share of all (job_id, tag), the positions of one alike. */
export function isSampled(
  secret: string,
  {jobId, tag}: Pick<JobKey, 'jobId' | 'tag'>,
  share: number,
): boolean {
  const hash = createHmac('sha256', secret)
    .update(JSON.stringify([jobId, tag]))
    .digest();
  return hash.readUIntBE(0, BYTES) / 2 ** (8 * BYTES) < share;
}
