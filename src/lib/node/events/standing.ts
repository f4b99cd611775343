import type {Code, ErrorCode} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {ChainLink} from './links.ts';

/**
 * What the chain says of this operator, as the node knows it: read once a minute. Amounts, weights, blocks and magnitudes
 * are decimal strings; times are Unix ms.
 */
export type StandingFacts = {
  /** When it was last read; null before the first reading. */
  readAt: number | null;
  /** Why the last try failed, and since when tries have failed; null: it was read. */
  failure: StandingFailure | null;
  /** The links of the chain, as they were judged at `readAt`. */
  links: readonly ChainLink[];
  figures: StandingFigures | null;
  /** What costs money now, or will unless someone acts. */
  costs: readonly ChainCost[];
};

export type StandingFailure = {code: ErrorCode; message: string; next: NextStep; since: number};

/** The figures behind the links. A part that could not be read is null. */
export type StandingFigures = {
  /** Host of the RPC that answered. */
  endpoint: string;
  block: string;
  blockAt: number;
  registration: {
    state: 'registered' | 'not_registered' | 'deregistered' | 'unknown';
    /** The kind of registration; null: not known. */
    flow: string | null;
    /** What an operator joins there: `quorum` or `operator set`. */
    group: string;
  };
  quorums: readonly QuorumFigures[];
  stake: readonly StakeFigures[];
  /** Null: it was not read, or the network has no AllocationManager. */
  allocations: readonly AllocationFigures[] | null;
  range: {start: string; end: string; max: string; share: number} | null;
  challenges: ChallengeFigures | null;
  /** Penalties of this operator in the ledger; null: it was not read, or there is none. */
  penalties: readonly PenaltyFigures[] | null;
  rewards: RewardFigures | null;
  gas: {
    balanceWei: string;
    gasPriceWei: string | null;
    /** How many registrations the balance pays for; null while the price of gas is not known. */
    registrations: number | null;
  };
};

/** One quorum or operator set; null where the chain does not say. Weights have 18 decimals. */
export type QuorumFigures = {
  number: number;
  member: boolean | null;
  /** From the delegations of now. */
  weight: string | null;
  /** As the registry recorded it last. */
  recorded: string | null;
  minimum: string | null;
};

/** The stake in one strategy. */
export type StakeFigures = {
  strategy: string;
  symbol: string | null;
  decimals: number | null;
  amount: string | null;
  /** The part that slashing has left, 10^18 for all; null: there is no slashing of stake. */
  maxMagnitude: string | null;
  /** The part that is allocated to operator sets. */
  allocatedMagnitude: string | null;
};

/** What of a strategy is allocated to an operator set of the AVS. */
export type AllocationFigures = {
  set: number;
  strategy: string;
  symbol: string | null;
  /** Of 10^18. */
  magnitude: string;
  /** What it changes by at `effectBlock`, with its sign; '0': no change is pending. */
  pendingDiff: string;
  effectBlock: string | null;
};

export type ChallengeFigures = {
  total: number;
  windowBlocks: string;
  open: readonly OpenChallenge[];
  /** The newest ones whose window has ended without an answer, by number. */
  unanswered: readonly number[];
};

/** An unanswered challenge within its window, as the contract counts it. */
export type OpenChallenge = {index: number; createdBlock: string; deadlineBlock: string};

/** `kind`: the contract's number (docs/eigenlayer.md#slashing). */
export type PenaltyFigures = {id: string; kind: number; amountWei: string; executed: boolean};

export type RewardFigures = {
  /** Who may claim for the operator; null: the operator itself. */
  claimer: string | null;
  /** Claimed so far, by token; only tokens of the operator's strategies are asked about. */
  claimed: readonly {token: string; symbol: string | null; decimals: number | null; amount: string}[];
};

/** What a cost is about. */
export const COST_KINDS = [
  'challenge',
  'slashed',
  'penalty',
  'removed',
  'stake',
  'gas',
  'range',
  'socket',
] as const;
export type CostKind = (typeof COST_KINDS)[number];

/** Something on chain that costs money, from the reading that first showed it until one that does not. */
export type ChainCost = {
  /** The same as long as it is the same matter, over restarts: `challenge:12`, `slashed`. */
  key: string;
  kind: CostKind;
  code: Code;
  severity: 'warning' | 'critical';
  message: string;
  next: NextStep;
  since: number;
  /** Rises when it gets worse: a new slash, half of a challenge's window gone. */
  step: number;
};

const ENDS: Readonly<Record<CostKind, string>> = {
  challenge: 'is answered',
  slashed: 'the stake is intact again',
  penalty: 'no penalty is recorded any more',
  removed: 'this operator is registered again',
  stake: 'the stake counts as it should again',
  gas: 'the balance pays for more than ten registrations again',
  range: 'the change of the sampling range is a day old',
  socket: 'the registered socket is that of the configuration again',
};

/** Left out of one quorum for so long, an operator counts as one that chose it: that ends the cost, too. */
export const CHOICE_MS = 86_400_000;

/**
 * What the end of a cost is, in words; null where it is only not judged any more: the stake of an operator that was thrown
 * out is no longer too little, but it does not count again either.
 * @param now the links and the time (Unix ms) of the reading that does not show the cost any more
 */
export function costEnd(
  {key, kind, since}: Pick<ChainCost, 'key' | 'kind' | 'since'>,
  now: {links: readonly ChainLink[]; at: number},
): string | null {
  if (key === 'challenge:more') return 'no more challenges are open than are reported one by one';
  if (kind === 'challenge') return `${key.replace(':', ' ')} ${ENDS.challenge}`;
  if (kind === 'stake' && now.links.find(({id}) => id === 'stake')?.state !== 'ok') return null;
  if (kind === 'removed' && now.at - since >= CHOICE_MS)
    return 'this operator is registered, and what it left more than a day ago counts as its choice';
  return ENDS[kind];
}

/** What happened once, and is not undone by waiting: its end says nothing. */
const NEWS: ReadonlySet<Code> = new Set<Code>([
  'STAKE_SLASHED',
  'PENALTY_RECORDED',
  'RANGE_CHANGED',
  'CHALLENGE_UNANSWERED',
]);

/** Whether a cost has happened, rather than lasting. */
export function isNews({code}: Pick<ChainCost, 'code'>): boolean {
  return NEWS.has(code);
}
