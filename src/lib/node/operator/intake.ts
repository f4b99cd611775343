import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {FrameJob} from '../../protocol/wire/frame-jobs.ts';
import type {Emit} from '../events/events.ts';
import type {Frame, InboxHandlers} from './inbox.ts';
import type {Receive} from './job/receive.ts';

/**
 * Takes the jobs of a frame on: has them journalled and acknowledged. The frame is in hand until its acknowledgement was
 * sent, and its bytes until they are stored: a backlog that comes faster is left in the socket, where it holds its sender
 * back.
 */
export function createIntake(deps: {
  receive: Receive;
  /** Jobs came that are taken on. */
  onTaken: () => void;
  /** Jobs were not taken: others have their ids. `isAnswered`: the frame is acknowledged for those that were. */
  onOtherJobs: (jobs: readonly FrameJob[], frame: Frame, isAnswered: boolean) => void;
  emit: Emit;
  signal: AbortSignal;
  /** Nothing more is taken on; the dispatcher still has what is not acknowledged. */
  isClosed: () => boolean;
}): InboxHandlers['onJobs'] {
  const {emit} = deps;

  return async (jobs, frame) => {
    const {held} = frame;
    if (deps.isClosed()) {
      held.done();
      return;
    }
    deps.onTaken();
    try {
      const {others, acknowledged} = await deps.receive(jobs, frame);
      if (others.length > 0) deps.onOtherJobs(others, frame, acknowledged !== null);
      held.stored();
      if (acknowledged === null) held.done();
      else void acknowledged.then(held.done);
    } catch (error) {
      held.done();
      if (deps.signal.aborted) return;
      const code = isAosError(error) ? error.code : 'BUG';
      emit({type: 'warning', code, message: `a job could not be taken: ${errorText(error)}`});
    }
  };
}
