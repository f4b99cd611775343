import type {DispatcherRest, JobSubmission} from '../../peers/dispatcher/rest.ts';
import type {JobResultRow} from '../../peers/dispatcher/rest-rows.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {systemTime} from '../../foundation/system/system-time.ts';

export type SubmittedJob = {jobId: string; results: JobResultRow[]};

/** Requests under way at once. */
const PARALLEL = 8;
const POLL_MS = 100;

/**
 * Submits jobs in order and, with `waitMs`, waits until each has a result or the time is over.
 * @throws AosError DISPATCHER_* | USAGE for a URL that is none
 */
export async function submitJobs(
  rest: DispatcherRest,
  options: {
    job: JobSubmission;
    count: number;
    waitMs: number | null;
    /** All are submitted, and are waited for. */
    onWaiting: () => void;
  },
): Promise<SubmittedJob[]> {
  const never = new AbortController().signal;
  const jobs: SubmittedJob[] = [];
  for (let left = options.count; left > 0; left -= PARALLEL) {
    const ids = await Promise.all(
      Array.from({length: Math.min(left, PARALLEL)}, () => rest.submitJob(options.job, never)),
    );
    jobs.push(...ids.map((jobId) => ({jobId, results: []})));
  }
  if (options.waitMs === null) return jobs;
  options.onWaiting();
  await waitForResults(rest, jobs, options.waitMs, never);
  return jobs;
}

async function waitForResults(
  rest: DispatcherRest,
  jobs: SubmittedJob[],
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const until = systemTime.monotonic() + waitMs;
  let open = jobs;
  for (;;) {
    for (let at = 0; at < open.length; at += PARALLEL) {
      await Promise.all(
        open.slice(at, at + PARALLEL).map(async (job) => {
          job.results = await rest.jobResults(job.jobId, signal);
        }),
      );
    }
    open = open.filter((job) => job.results.length === 0);
    if (open.length === 0 || systemTime.monotonic() >= until) return;
    await systemTime.sleep(POLL_MS, signal);
  }
}

/** One line a job: its id, and with results what each operator said. */
export function renderJobs(jobs: readonly SubmittedJob[], waited: boolean): string {
  return jobs
    .flatMap(({jobId, results}) => {
      const id = safeText(jobId, 100);
      if (results.length === 0) return [waited ? `${id}  no result yet` : id];
      return results.map((row) => `${id}  ${operatorText(row)}  ${safeText(answerText(row), 200)}`);
    })
    .join('\n');
}

/** The published operator names no id in its results. */
function operatorText({operator}: JobResultRow): string {
  return operator === '' ? '(names no id)' : safeText(operator, 42);
}

/** A row that does not say whether the operator was selected has a result all the same. */
function answerText({selected, result, reason}: JobResultRow): string {
  if (selected === null) return result === '' ? reason : result;
  return selected ? result : reason;
}
