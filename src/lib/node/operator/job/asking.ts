import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {JobRef} from '../../events/events.ts';
import type {JobRecord} from '../../journal/records.ts';
import {requestMark} from '../../journal/request-mark.ts';
import type {Worker} from '../ports.ts';
import type {EarlyRequest} from './early-request.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import type {Listener} from './listeners.ts';

export type AskDeps = Recording & Clocked & Workers;

/** A job that a worker is to answer. */
export type WorkerTask = {
  record: JobRecord;
  ref: JobRef;
  job: DispatchJob;
  worker: Worker;
  /** The first request, when it was put just now. */
  early: EarlyRequest | undefined;
  /** Until when it is asked about, on the monotonic clock. */
  answerBy: number;
  /** Takes why a request failed, or was not put. */
  failed: (message: string) => void;
  /** Makes the final form of its answer. */
  make: Listener['make'];
};

/** What is known of a job while a worker is asked about it. */
export type Asking = {
  /** Ends every wait: the job is answered, its time is over, or the run ends. */
  readonly signal: AbortSignal;
  isAnswered: boolean;
  /** The request that was put last, and when, on the monotonic clock. */
  request: {id: string; at: number} | null;
  /** The URL of the worker that was asked last. */
  url: string | null;
  /** Called with what came for a request and is no answer. */
  onInvalid: (requestId: string, why: string) => void;
};

/** Reports a request that is put; one that is put again is no news. */
export function reportAsked(
  {emit, time}: AskDeps,
  {ref}: WorkerTask,
  asking: Asking,
  {requestId, attempt}: {requestId: string; attempt: number},
): void {
  if (asking.request?.id !== requestId)
    emit({type: 'job_asked', job: ref, request: requestMark(requestId), attempt});
  asking.request = {id: requestId, at: time.monotonic()};
}
