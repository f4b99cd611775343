import {safeText} from '../../../foundation/text/safe-text.ts';
import type {Emit, JobRef} from '../../events/events.ts';
import type {FinalAnswer} from './answer.ts';

/** Most characters of a reason that is shown: it may hold a text of the job. */
const MOST_REASON = 500;

/** Reports that the one answer of a job is on disk. */
export function reportConcluded(
  emit: Emit,
  job: JobRef,
  {outcome, reason}: Pick<FinalAnswer, 'outcome' | 'reason'>,
): void {
  emit({type: 'job_concluded', job, outcome, reason: safeText(reason, MOST_REASON)});
}
