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

/** Most characters of each text by which an event names its job. `seq` is what tells jobs apart. */
const MOST_NAME = 256;

/** How events name a job: its texts come from outside, and each event of it repeats them. */
export function refOf({seq, key, kind, model}: JobRecord): JobRef {
  const {jobId, tag, position} = key;
  return {
    seq,
    jobId: beginning(jobId),
    tag: beginning(tag),
    position: beginning(position),
    kind: beginning(kind),
    model: beginning(model),
  };
}

/** A cut text keeps its beginning as it is, by which `aos job show` finds the job. */
function beginning(text: string): string {
  return text.length <= MOST_NAME ? text : text.slice(0, MOST_NAME).replace(/[\ud800-\udbff]$/, '');
}
