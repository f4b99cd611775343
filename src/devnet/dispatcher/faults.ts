import type {JobKey} from '../../lib/protocol/wire/messages.ts';
import type {FrameSpec} from './frames.ts';

/**
 * What the dispatcher does wrong on purpose, for tests of the operator. Each function is asked about every occasion;
 * `n` counts its occasions since the dispatcher started, from 1. What is left out works as it should.
 *
 * @example {result: ({n}) => (n <= 3 ? 'fail' : 'judge')}       // 500 to the first three results
 * @example {dispatch: ({n}) => (n === 1 ? ['garbage', 'good'] : ['good'])}
 */
export type DispatcherFaults = {
  /** A `connect` request: `refuse` answers 500, `ignore` nothing, `close` hangs up at once, `accept-then-close` after the 200. */
  connect?: (occasion: {
    operator: string;
    n: number;
  }) => 'accept' | 'refuse' | 'ignore' | 'close' | 'accept-then-close';
  /** What is written for one dispatch; an empty list loses it. */
  dispatch?: (occasion: {key: JobKey; operator: string; n: number}) => readonly FrameSpec[];
  /**
   * A `job_result`: `fail` answers 500 and forgets it, `ignore` forgets it without an answer, `mute` takes it but
   * never answers, `close` takes it and hangs up instead of answering.
   */
  result?: (occasion: {
    jobId: string;
    operator: string;
    n: number;
  }) => 'judge' | 'fail' | 'ignore' | 'mute' | 'close';
  /** What is written for one answer to `connect` or `job_result`. */
  response?: (occasion: {code: number; operator: string | null; n: number}) => readonly FrameSpec[];
};

/** How often each kind of fault was asked about. */
export type Occasions = {connect: number; dispatch: number; result: number; response: number};
