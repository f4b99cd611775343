import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {JobRecord, RequestRecord} from '../../journal/records.ts';
import {askEarly} from './early-request.ts';
import type {Job} from './job.ts';
import type {Workers} from './parts.ts';
import type {Load} from './scheduler.ts';

/** What a selection is written with, so that its worker can begin at once. */
export type PreparedWork = {
  /** The first request of the job, to be written with the selection; undefined when this node runs no such kind. */
  firstRequest(seq: number): Omit<RequestRecord, 'answer'> | undefined;
  /** The write was refused: the request that left early is in no journal, and does not count. */
  dropEarly(): void;
  /** The selection is on disk. @returns what the step `work` finds at hand */
  journalled(record: JobRecord, dispatch: DispatchJob): Omit<Job, 'seq'>;
};

/** Prepares the work on a job that is about to be selected; a worker that is idle gets its request now. */
export function prepareWork(
  workers: Workers,
  dispatch: DispatchJob,
  load: Pick<Load, 'isIdle'>,
  signal: AbortSignal,
): PreparedWork {
  const kind = workers.kinds.find((name) => name === dispatch.kind);
  const worker = workers.workers.find((candidate) => candidate.kind === dispatch.kind);
  let early =
    worker === undefined || !load.isIdle(dispatch.kind)
      ? undefined
      : askEarly(workers, worker, dispatch, signal);
  let first: Omit<RequestRecord, 'answer'> | undefined;
  return {
    firstRequest(seq) {
      first = kind === undefined ? undefined : workers.requests.first(seq, kind, early?.requestId);
      return first;
    },
    dropEarly() {
      early?.ready.then(
        (lane) => lane.release('untaken'),
        () => undefined, // no place was free
      );
      early = undefined;
    },
    journalled(record, job) {
      if (first !== undefined) workers.requests.journalled(first);
      return early === undefined ? {} : {early, record, dispatch: job};
    },
  };
}
