import type {DevDispatcher, JobView} from '../dispatcher/dispatcher.ts';

/** What a challenge says of a job: it names a clock number, not the job. */
export type JobSubject = {jobId: string; clockNumber: bigint};

/** A job by its id, or the newest, with a result if there is one; null: there is none. */
export function jobSubject(
  {jobs, results}: Pick<DevDispatcher, 'jobs' | 'results'>,
  id: string | null,
): JobSubject | null {
  const found = jobOf(jobs(), id);
  if (found === undefined) return null;
  const {jobId} = found.key;
  const answered = highest(results(jobId).map(({clock}) => clock));
  return {jobId, clockNumber: answered ?? highest([found.clock]) ?? 0n};
}

function jobOf(jobs: readonly JobView[], id: string | null): JobView | undefined {
  if (id !== null) return jobs.find(({key}) => key.jobId === id);
  return jobs.findLast(({acceptedFrom}) => acceptedFrom.length > 0) ?? jobs.at(-1);
}

/**
 * The highest counter of clocks, null where they have none. Of an answer it is the operator's own, which no other job has; a
 * published dispatcher gives every job the same clock.
 */
function highest(clocks: readonly Readonly<Record<string, string>>[]): bigint | null {
  const counters = clocks.flatMap((clock) => Object.values(clock).map(BigInt));
  return counters.reduce<bigint | null>((most, one) => (most === null || one > most ? one : most), null);
}
