import type {JobView} from '../../../node/events/view-jobs.ts';
import type {OperatorView} from '../../../node/events/view.ts';

/** The state of a job in one word, for sign and colour. */
export type JobHealth = 'fail' | 'warn' | 'wait' | 'ok';

/** Judges a job from its stage, outcome and problem. */
export function healthOf(job: JobView): JobHealth {
  if (job.outcome === 'failed' || job.stage === 'expired' || job.stage === 'unanswered') return 'fail';
  if (job.stage === 'accepted') return 'ok';
  return job.problem === null ? 'wait' : 'warn';
}

const ORDER: Readonly<Record<JobHealth, number>> = {fail: 0, warn: 1, wait: 2, ok: 3};

/** How long a failed job stays on top of the table. */
const FAIL_FRESH_MS = 10 * 60_000;

/**
 * Sorts the jobs for the table: the worst first, the oldest unfinished ones first, then the finished ones, the latest first.
 * @param filter lower-case text that a job must contain; '' for all jobs
 */
export function sortJobs(view: OperatorView, filter: string, now: number): JobView[] {
  const rank = (job: JobView): number => {
    const health = healthOf(job);
    return ORDER[health === 'fail' && now - job.at > FAIL_FRESH_MS ? 'ok' : health];
  };
  return view.jobs
    .filter((job) => filter === '' || textOf(job).includes(filter))
    .map((job) => ({job, rank: rank(job)}))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        (a.rank === ORDER.ok ? b.job.at - a.job.at : a.job.firstAt - b.job.firstAt) ||
        a.job.seq - b.job.seq,
    )
    .map(({job}) => job);
}

function textOf(job: JobView): string {
  const {jobId, kind, model, tag, position, outcome, problem} = job;
  return [jobId, kind, model, tag, position, stageOf(job), outcome, problem].join(' ').toLowerCase();
}

/** Returns how far a job is, in one word. */
export function stageOf({stage, held}: JobView): string {
  return held ? 'held' : stage;
}

/** Returns the result of a job in words; '' while there is none. */
export function resultOf(job: JobView): string {
  if (job.problem !== null) return job.problem;
  if (job.outcome !== null) return job.outcome;
  return job.selected === false ? 'unselected' : '';
}
