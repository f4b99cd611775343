import {run, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Checked} from '../../protocol/receipt/check/check.ts';
import {isSameRange, textOf} from '../../protocol/receipt/check/sampling-links.ts';
import {firstBroken} from '../../protocol/receipt/links.ts';
import type {Parties, Receipt} from '../../protocol/receipt/receipt.ts';

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

/** What to type to have more of a receipt checked, or to have it checked by what was right at its time; null: nothing. */
export function nextForReceipt(
  {stranger, links}: Pick<Checked, 'stranger' | 'links'>,
  {range}: Pick<Receipt, 'range'>,
  {dispatcher, formerDispatchers, ranges, precision}: Parties,
): NextStep | null {
  if (stranger !== null)
    return say(
      `If ${stranger} was the dispatcher of that time, give it too: --former-dispatcher ${stranger}`,
    );
  const first = firstBroken(links);
  if (first !== null) {
    if (first.link !== 'range' || range === null) return null;
    if (!ranges.some((one) => isSameRange(one, range)))
      return say(
        `If the operator had that range when the job was sampled, give it too: --range ${textOf(range)}`,
      );
    return range.precision === precision
      ? null
      : say(`If ${range.precision} digits decided when the job was sampled: --precision ${range.precision}`);
  }
  const isSigned = links.some(({link, verdict}) => link === 'dispatcher' && verdict === 'not_checked');
  const missing = [
    ...(isSigned && dispatcher === null && formerDispatchers.length === 0 ? ['--dispatcher 0x…'] : []),
    ...(range !== null && ranges.length === 0 ? ['--range START,END'] : []),
  ];
  return missing.length === 0 ? null : say(`To have the rest checked, add ${missing.join(' and ')}`);
}

function theSame(strangers: Strangers): string {
  const [first, ...others] = strangers;
  return others.length === 0 ? `${first?.address ?? ''} was the dispatcher` : 'they were the dispatchers';
}
