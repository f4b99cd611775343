import {run} from '../../foundation/next-step/next-step.ts';
import type {ChainCost, OpenChallenge, StandingFigures} from '../events/standing.ts';
import type {StandingMemory} from './memory.ts';

/** So long a change that has no end of its own counts as news. */
export const DAY_MS = 86_400_000;
/** Used parts of a challenge's window, in percent, at which it gets worse. */
const PARTS = [50n, 75n, 90n];
/** From this step on it is critical: three quarters of the window are over. */
const CRITICAL_STEP = 3;
/** The step of a challenge that was not answered in time. */
const MISSED_STEP = PARTS.length + 2;
/** Anyone may open challenges: those whose window ends first are reported one by one. */
const MOST = 20;

/** What challenges cost: the open ones, and those of the last day that were not answered in time. */
export function challengeCosts(
  before: StandingMemory,
  {challenges, block}: Pick<StandingFigures, 'challenges' | 'block'>,
  at: number,
): {costs: readonly ChainCost[]; memory?: Partial<StandingMemory>} {
  const known = before.costs.filter(({kind}) => kind === 'challenge');
  if (challenges === null) return {costs: known};
  const {open, unanswered, total, windowBlocks} = challenges;
  const since = (key: string): number => known.find((cost) => cost.key === key)?.since ?? at;
  const byDeadline = open.toSorted(
    (a, b) => Number(BigInt(a.deadlineBlock) - BigInt(b.deadlineBlock)) || a.index - b.index,
  );
  // One that was reported stays until it ends, also when others end earlier.
  const isReported = ({index}: OpenChallenge): boolean => known.some(({key}) => key === keyOf(index));
  const first = byDeadline.filter((one, place) => place < MOST || isReported(one));
  const more = open.length - first.length;
  const isNews = (index: number): boolean =>
    known.some(({key}) => key === keyOf(index)) || index >= (before.challenges ?? total);
  const missed = unanswered
    .filter((index) => isNews(index) && at - since(keyOf(index)) < DAY_MS)
    .slice(-MOST);
  return {
    memory: {challenges: total},
    costs: [
      ...first.map((challenge) =>
        openCost(
          challenge,
          {window: BigInt(windowBlocks), block: BigInt(block)},
          since(keyOf(challenge.index)),
        ),
      ),
      ...(more === 0 ? [] : [moreCost(more, since(MORE_KEY))]),
      ...missed.map((index) => missedCost(index, since(keyOf(index)))),
    ],
  };
}

const MORE_KEY = 'challenge:more';
const keyOf = (index: number): string => `challenge:${index}`;

function openCost(
  {index, createdBlock, deadlineBlock}: OpenChallenge,
  {window, block}: {window: bigint; block: bigint},
  since: number,
): ChainCost {
  const used = block - BigInt(createdBlock);
  const reached = PARTS.filter((part) => used * 100n >= part * window);
  const step = 1 + reached.length;
  const part = reached.at(-1);
  const gone = part === undefined ? '' : `, ${part} % of its time is over`;
  const left = BigInt(deadlineBlock) - block;
  return {
    key: keyOf(index),
    kind: 'challenge',
    code: 'CHALLENGE_OPEN',
    severity: step >= CRITICAL_STEP ? 'critical' : 'warning',
    message: `challenge ${index} is open${gone}: ${left} blocks are left to answer it, up to block ${deadlineBlock}`,
    next: run('challenge list', ['--open']),
    since,
    step,
  };
}

/** Those that are not reported one by one. */
function moreCost(more: number, since: number): ChainCost {
  return {
    key: MORE_KEY,
    kind: 'challenge',
    code: 'CHALLENGE_OPEN',
    severity: 'warning',
    message: `${more} more challenges are open, whose time ends later`,
    next: run('challenge list', ['--open']),
    since,
    step: 1,
  };
}

function missedCost(index: number, since: number): ChainCost {
  return {
    key: keyOf(index),
    kind: 'challenge',
    code: 'CHALLENGE_UNANSWERED',
    severity: 'critical',
    message: `challenge ${index} was not answered in time`,
    next: run('challenge list'),
    since,
    step: MISSED_STEP,
  };
}
