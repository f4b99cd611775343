import {AosError} from '../../../foundation/errors/error.ts';
import {parseEnvelope} from '../../../protocol/wire/envelope.ts';
import {readDispatch, type DispatchJob} from '../../../protocol/wire/messages.ts';
import type {JobRef} from '../../events/events.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {JobJournal} from '../../journal/journal.ts';

/** A job that has to be in the journal. */
export function recordOf(journal: Pick<JobJournal, 'get'>, seq: number): JobRecord {
  const record = journal.get(seq);
  if (record === undefined) throw new AosError('BUG', `job ${seq} is not in the journal`);
  return record;
}

/** The job in a stored frame; it was checked before it was stored. */
export function dispatchOf(record: JobRecord): DispatchJob {
  const job = readDispatch(parseEnvelope(Buffer.from(record.frame)).params)[record.index];
  if (job === undefined) throw new AosError('BUG', `job ${record.seq} is not in its frame`);
  return job;
}

/** How events name a job. */
export function refOf({seq, key, kind, model}: JobRecord): JobRef {
  return {seq, ...key, kind, model};
}
