import {AosError} from '../../../foundation/errors/error.ts';
import {parseJson} from '../../../protocol/wire/json.ts';
import {readDispatchElement, type DispatchJob} from '../../../protocol/wire/messages.ts';
import type {JobRef} from '../../events/events.ts';
import type {JobRecord} from '../../journal/records.ts';
import type {JobJournal} from '../../journal/journal.ts';

/** A job that has to be in the journal. */
export function recordOf(journal: Pick<JobJournal, 'get'>, seq: number): JobRecord {
  const record = journal.get(seq);
  if (record === undefined) throw new AosError('BUG', `job ${seq} is not in the journal`);
  return record;
}

/** What a stored job is about, read from its own part of its frame; it was checked before it was stored. */
export function dispatchOf({seq, element, index}: JobRecord): DispatchJob {
  if (element === null) throw new AosError('BUG', `job ${seq} is packed, and worked on`);
  return readDispatchElement(parseJson(Buffer.from(element)).value, `params[${index}]`);
}

/** How events name a job. */
export function refOf({seq, key, kind, model}: JobRecord): JobRef {
  return {seq, ...key, kind, model};
}
