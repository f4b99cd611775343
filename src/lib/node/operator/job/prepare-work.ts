import type {DispatchJob} from '../../../protocol/wire/messages.ts';
import type {JobRecord, NewRequest} from '../../journal/records.ts';
import {askEarly, releaseEarly} from './early-request.ts';
import type {Job} from './job.ts';
import type {Clocked, Workers} from './parts.ts';
import type {Load} from './scheduling.ts';

/** What a selection is written with, so that its worker can begin at once. */
export type PreparedWork = {
  /** The first request of the job, to be written with the selection; undefined when no worker is asked about it yet. */
  firstRequest(seq: number): NewRequest | undefined;
  /** The write was refused, or is none any more: the request that left early is in no journal, and does not count. */
  dropEarly(): void;
  /** The selection is on disk. @returns what the step `work` finds at hand */
  journalled(record: JobRecord, dispatch: DispatchJob): Omit<Job, 'seq'>;
};

/** What a job is selected with that no worker is asked about now: its text comes from another position. */
export const NO_WORK: PreparedWork = {
  firstRequest: () => undefined,
  dropEarly: () => undefined,
  journalled: () => ({}),
};

/** Prepares the work on a job that is about to be selected; a worker that is idle gets its request now. */
export function prepareWork(
  workers: Workers & Pick<Clocked, 'signal' | 'stopping'>,
  dispatch: DispatchJob,
  load: Pick<Load, 'isIdle'>,
): PreparedWork {
  const kind = workers.kinds.find((name) => name === dispatch.kind);
  const worker = workers.workers.find((candidate) => candidate.kind === dispatch.kind);
  if (kind === undefined || worker === undefined || worker.whyUnfit(dispatch) !== null) return NO_WORK;
  const {requests} = workers;
  let early = load.isIdle(kind) ? askEarly(workers, worker, dispatch) : undefined;
  let expected: number | undefined;
  return {
    firstRequest(seq) {
      // A write that is repeated gives the job another number.
      if (expected !== undefined) requests.forget(expected);
      expected = early === undefined ? undefined : seq;
      if (expected !== undefined) requests.expect(expected);
      return requests.first(seq, kind, early?.requestId);
    },
    dropEarly() {
      if (expected !== undefined) requests.forget(expected);
      releaseEarly(early);
      early = undefined;
      expected = undefined;
    },
    journalled: (record, job) => (early === undefined ? {} : {early, record, dispatch: job}),
  };
}
