import type {JobDetailRecord} from '../../node/journal/job-query-types.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {
  firstBroken,
  firstMissing,
  overallOf,
  type Link,
  type LinkName,
  type Overall,
  type Verdict,
} from '../../protocol/receipt/links.ts';
import type {Strangers} from './next.ts';

/** One job that was checked again. */
export type JobReport = {
  /** Null: the journal has forgotten it, and its receipt was kept. */
  seq: number | null;
  jobId: string;
  tag: string;
  position: string;
  state: string;
  overall: Overall;
  broken: LinkName | null;
  links: readonly Link[];
};

/** What was checked again of a journal. */
export type JobsReport = {
  overall: Overall;
  checked: number;
  valid: number;
  incomplete: number;
  broken: number;
  /** What the incomplete ones lack: of each the first link that is not valid. */
  incompleteBy: readonly {link: LinkName; verdict: Verdict; jobs: number}[];
  /** Of the hash chain of clock readings. */
  chain: {readings: number; verdict: Verdict; why: string | null};
  /** The one that was named; of all those that are broken, the first {@link MOST_SHOWN}. */
  jobs: JobReport[];
  /** Who signed messages with jobs in place of a known dispatcher. */
  strangers: Strangers;
  next: NextStep | null;
};

/** Most broken jobs that are listed. */
export const MOST_SHOWN = 1_000;

/** Makes the report of one job of its links. @param job `seq` is null where the journal has forgotten it */
export function jobReport(
  {seq, key, state}: Pick<JobDetailRecord, 'key' | 'state'> & {seq: number | null},
  links: readonly Link[],
): JobReport {
  return {
    seq,
    ...key,
    state,
    overall: overallOf(links),
    broken: firstBroken(links)?.link ?? null,
    links,
  };
}

/** Counts what the incomplete jobs lack: of each the first link that is not valid. */
export function countIncomplete(): {add(report: JobReport): void; list(): JobsReport['incompleteBy']} {
  const counted = new Map<string, {link: LinkName; verdict: Verdict; jobs: number}>();
  return {
    add({overall, links}) {
      if (overall !== 'incomplete') return;
      const first = firstMissing(links);
      if (first === null) return;
      const {link, verdict} = first;
      const name = `${link} ${verdict}`;
      counted.set(name, {link, verdict, jobs: (counted.get(name)?.jobs ?? 0) + 1});
    },
    list: () => [...counted.values()].sort((a, b) => b.jobs - a.jobs),
  };
}
