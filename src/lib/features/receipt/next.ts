import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';

/** Addresses that signed messages with jobs, and are no dispatcher that is known; `jobs`: of how many. */
export type Strangers = readonly {address: string; jobs: number}[];

/** Most addresses that are named: a journal that was changed may have any number of them. */
const MOST_STRANGERS = 20;

/** Counts who signed the messages of jobs in place of a known dispatcher. */
export function countStrangers(): {add(address: string | null): void; list(): Strangers} {
  const jobs = new Map<string, number>();
  return {
    add(address) {
      const known = address === null ? undefined : jobs.get(address);
      if (address !== null && (known !== undefined || jobs.size < MOST_STRANGERS))
        jobs.set(address, (known ?? 0) + 1);
    },
    list: () => [...jobs].map(([address, count]) => ({address, jobs: count})),
  };
}

/**
 * What to do about jobs that another address signed than the dispatcher. Only the user knows whether it was the dispatcher
 * then: a journal, or a receipt, can name any.
 * @param which the job, or `--all`
 */
export function nextForJobs(strangers: Strangers, which: string): NextStep | null {
  if (strangers.length === 0) return null;
  const flags = strangers.flatMap(({address}) => ['--former-dispatcher', address]);
  return run('job verify', [which, ...flags], `If ${theSame(strangers)} of that time`);
}

/** The same of a receipt. */
export function nextForReceipt(stranger: string | null): NextStep | null {
  return stranger === null
    ? null
    : say(`If ${stranger} was the dispatcher of that time, give it too: --former-dispatcher ${stranger}`);
}

function theSame(strangers: Strangers): string {
  const [first, ...others] = strangers;
  return others.length === 0 ? `${first?.address ?? ''} was the dispatcher` : 'they were the dispatchers';
}
