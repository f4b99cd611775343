import type {OperatorEvent} from '../../node/events/events.ts';

/**
 * The stages of a job. `sampling`: from its arrival to its selection. `worker`: from a request to its answer. `answer`: from
 * the selection to the stored content. `delivery`: from the first sending to the acceptance. `total`: from the arrival to the
 * acceptance, over restarts too.
 */
export type JobStageName = 'sampling' | 'worker' | 'answer' | 'delivery' | 'total';

/** A stage that has ended. */
export type StageTime = {stage: JobStageName; ms: number};

/** Jobs whose last times are remembered: those above are the oldest, whose stages are not measured. */
const MOST_JOBS = 10_000;

type Times = {received: number | null; sampled: number | null; sent: number | null};
const NONE: Times = {received: null, sampled: null, sent: null};

/**
 * Measures the stages of jobs by the times of their events, in bounded memory. A job that came in an earlier run has only the
 * stages that begin in this one, and its total.
 * @returns takes every event, and gives the stages that it ends
 */
export function createStageTimes(): (event: OperatorEvent) => readonly StageTime[] {
  const jobs = new Map<number, Times>();

  function note(seq: number, change: Partial<Times>): void {
    const before = jobs.get(seq) ?? NONE;
    jobs.set(seq, {...before, ...change});
    if (jobs.size <= MOST_JOBS) return;
    for (const oldest of jobs.keys()) {
      jobs.delete(oldest);
      return;
    }
  }
  const ended = (stage: JobStageName, from: number | null | undefined, at: number): StageTime[] =>
    from === null || from === undefined ? [] : [{stage, ms: Math.max(0, at - from)}];

  return (event) => {
    const {at} = event;
    switch (event.type) {
      case 'job_received':
        note(event.job.seq, {received: at});
        return [];
      case 'job_sampled': {
        const times = jobs.get(event.job.seq);
        if (event.selected) note(event.job.seq, {sampled: at});
        return ended('sampling', times?.received, at);
      }
      case 'job_answered':
        return [{stage: 'worker', ms: event.ms}];
      case 'job_concluded':
        return ended('answer', jobs.get(event.job.seq)?.sampled, at);
      case 'result_sent':
        if ((jobs.get(event.job.seq)?.sent ?? null) === null) note(event.job.seq, {sent: at});
        return [];
      case 'result_accepted': {
        const times = jobs.get(event.job.seq);
        jobs.delete(event.job.seq);
        return [...ended('delivery', times?.sent, at), {stage: 'total', ms: event.ms}];
      }
      case 'result_expired':
      case 'job_unanswered':
        jobs.delete(event.job.seq);
        return [];
      default:
        return [];
    }
  };
}
