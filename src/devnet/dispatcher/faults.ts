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
  /**
   * A `connect` request: `refuse` answers 500, `ignore` nothing, `close` hangs up at once, `accept-then-close` after the 200;
   * an object closes with its code and words.
   */
  connect?: (occasion: {operator: string; n: number}) => ConnectVerdict;
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
  /** Of the published versions: how long the dispatch of a job keeps the lock of everything before it begins, ms. */
  halt?: (occasion: {n: number}) => number;
  /** Of the published versions: every request waits 30 s for the database, and does without. */
  database?: 'away';
  /** Of the published versions: an answer of the HTTP API; `panic` ends the connection without one. */
  api?: (occasion: {path: string}) => 'answer' | 'panic' | PlainAnswer;
  /** Of the published versions: an HTTP answer in place of a WebSocket; null: none. */
  upgrade?: () => PlainAnswer | null;
};

type ConnectVerdict =
  | 'accept'
  | 'refuse'
  | 'ignore'
  | 'close'
  | 'accept-then-close'
  | {readonly code: number; readonly reason: string};

/** In plain text. */
type PlainAnswer = {readonly status: number; readonly text: string};

/** How often each kind of fault was asked about. */
export type Occasions = {connect: number; dispatch: number; result: number; response: number; halt: number};
