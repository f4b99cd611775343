import {createBucket} from '../../../foundation/async/token-bucket.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Emit, JobRef} from '../../events/events.ts';

/** Jobs that came again. A flood of them is reported by its count, not job by job. */
export type Duplicates = {
  /** `state`: what the journal says of the job. */
  came(job: JobRef, state: string): void;
  /** In this run, so far. */
  count(): number;
};

/** Events at most so often a second. */
const EVENTS_PER_SECOND = 10;

export function createDuplicates({time, emit}: {time: Time; emit: Emit}): Duplicates {
  const mayEmit = createBucket(EVENTS_PER_SECOND, time);
  let count = 0;
  return {
    came(job, state) {
      count += 1;
      if (mayEmit()) emit({type: 'job_duplicate', job, state, count});
    },
    count: () => count,
  };
}
