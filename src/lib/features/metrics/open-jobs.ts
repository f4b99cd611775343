import type {OperatorEvent} from '../../node/events/events.ts';
import {kindLabel} from './labels.ts';

/** Where a job is that waits: for its sampling, for a worker, or with its answer for the acceptance. */
const STATES = ['received', 'selected', 'answered'] as const;
export type OpenJobState = (typeof STATES)[number];

/** What the journal held at the start. */
export type OpenAtStart = {
  jobs: readonly {state: OpenJobState; kind: string; count: number}[];
  /** Numbers of jobs that were left without an answer: one that comes concludes them, and they are in no open state. */
  unanswered: readonly number[];
};

/** How many jobs are in which open state, by kind of worker: counted at the start, and by the events from then on. */
export type OpenJobs = {
  onEvent(event: OperatorEvent): void;
  counts(): {state: OpenJobState; kind: string; count: number}[];
};

/** Jobs left without an answer that are remembered, the newest. */
const MOST_UNANSWERED = 10_000;

export function createOpenJobs(start: OpenAtStart): OpenJobs {
  const counts = new Map<string, {state: OpenJobState; kind: string; count: number}>();
  const unanswered = new Set(start.unanswered.slice(-MOST_UNANSWERED));
  let workers: readonly string[] = [];

  function add(state: OpenJobState, jobKind: string, by: number): void {
    const kind = kindLabel(jobKind);
    const known = counts.get(`${state} ${kind}`);
    if (known === undefined) counts.set(`${state} ${kind}`, {state, kind, count: by});
    else known.count += by;
  }
  function left(seq: number): void {
    unanswered.add(seq);
    if (unanswered.size <= MOST_UNANSWERED) return;
    for (const oldest of unanswered) {
      unanswered.delete(oldest);
      return;
    }
  }
  for (const {state, kind, count} of start.jobs) add(state, kind, count);

  return {
    onEvent(event) {
      switch (event.type) {
        case 'started':
          ({workers} = event);
          // A series that is there from the start shows its first job as a rise.
          for (const kind of workers) for (const state of STATES) add(state, kind, 0);
          return;
        case 'job_received':
          add('received', event.job.kind, 1);
          return;
        case 'job_sampled':
          if (!event.selected || !workers.includes(event.job.kind)) return;
          add('received', event.job.kind, -1);
          add('selected', event.job.kind, 1);
          return;
        case 'job_unanswered':
          add('selected', event.job.kind, -1);
          left(event.job.seq);
          return;
        case 'job_asked_again':
          if (unanswered.delete(event.job.seq)) add('selected', event.job.kind, 1);
          return;
        case 'job_concluded': {
          const {job, outcome} = event;
          const wasSelected = outcome === 'answered' || outcome === 'failed';
          if (!unanswered.delete(job.seq)) add(wasSelected ? 'selected' : 'received', job.kind, -1);
          add('answered', job.kind, 1);
          return;
        }
        case 'result_accepted':
        case 'result_expired':
          add('answered', event.job.kind, -1);
          return;
        case 'minute':
          // What was counted in between can be wrong by a job that ended in an odd way; here it is known.
          if (event.pending === 0) for (const one of counts.values()) one.count = 0;
          return;
        default:
          return;
      }
    },
    counts: () => [...counts.values()].map((one) => ({...one, count: Math.max(0, one.count)})),
  };
}
