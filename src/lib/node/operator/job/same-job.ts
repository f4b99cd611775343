import {writeJson} from '../../../protocol/wire/json.ts';
import type {FrameJob} from '../../../protocol/wire/frame-jobs.ts';
import type {JobRecord} from '../../journal/records.ts';
import {dispatchOf} from './record.ts';

/**
 * Whether a job that came is another one than the stored one of the same (job_id, tag, position): the stored answer is no
 * answer to it, and a second answer under that id would contradict the first. Of a packed job its text is not known.
 */
export function isOtherJob(stored: JobRecord, job: Pick<FrameJob, 'read'>): boolean {
  if (stored.element === null) return false;
  const known = dispatchOf(stored);
  const came = job.read();
  const same =
    known.kind === came.kind &&
    known.model === came.model &&
    known.prompt === came.prompt &&
    writeJson(known.params) === writeJson(came.params);
  return !same;
}
