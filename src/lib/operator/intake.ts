import {errorText} from '../errors.ts';
import type {Time} from '../time.ts';
import {createBucket} from './bucket.ts';
import type {Emit} from './events.ts';
import type {InboxHandlers} from './inbox.ts';
import type {JobSteps} from './job.ts';

/** Frames that wait for a full disk are kept in memory up to this; the rest is not acknowledged and so not ours. */
const MAX_UNSAVED_BYTES = 64 * 1024 * 1024;

/** Takes the jobs of a frame on: has them journalled and acknowledged, as long as not too much waits for the disk. */
export function createIntake(deps: {
  receive: JobSteps['receive'];
  emit: Emit;
  time: Time;
  signal: AbortSignal;
  /** Nothing more is taken on; the dispatcher still has what is not acknowledged. */
  isClosed: () => boolean;
}): InboxHandlers['onJobs'] {
  const {emit} = deps;
  const mayTell = createBucket(1, deps.time);
  let unsavedBytes = 0;
  let notTaken = 0;
  return (jobs, frame) => {
    if (deps.isClosed()) return;
    if (unsavedBytes > MAX_UNSAVED_BYTES) {
      notTaken += 1;
      const message = `jobs are not taken: too much waits for the disk (${notTaken} so far)`;
      if (mayTell()) emit({type: 'warning', code: 'JOURNAL_WRITE_FAILED', message});
      return;
    }
    unsavedBytes += frame.text.length;
    deps
      .receive(jobs, frame)
      .catch((error: unknown) => {
        if (deps.signal.aborted) return;
        emit({type: 'warning', code: 'BUG', message: `a job could not be taken: ${errorText(error)}`});
      })
      .finally(() => {
        unsavedBytes -= frame.text.length;
      });
  };
}
