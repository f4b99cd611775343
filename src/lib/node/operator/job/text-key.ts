import type {JobKey} from '../../../protocol/wire/messages.ts';

/** What the positions of a (job_id, tag) have in common, since all of them have one text, as a key of a set. */
export function textKey({jobId, tag}: JobKey): string {
  return JSON.stringify([jobId, tag]);
}
