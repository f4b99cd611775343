import type {Hex} from 'viem';
import type {StrategyStake} from '../strategies.ts';

/** An operator's membership of the AVS and its stake (docs/eigenlayer.md#registration-status). */
export type RegistrationStatus = Membership & {
  /** Every strategy of the AVS, once. */
  strategies: readonly StrategyStake[];
};

/** An operator's membership of the AVS. */
export type Membership = {
  state: 'registered' | 'not_registered' | 'deregistered' | 'unknown';
  /** keccak256 of the BLS key; null in the other flows and before the first registration. */
  operatorId: Hex | null;
  socket: Socket;
  /** Quorums, operator sets (by id), or the one quorum of an ECDSAStakeRegistry (number 0). */
  quorums: readonly QuorumStake[];
};

export type Socket = {state: 'known'; value: string} | {state: 'none'} | {state: 'unknown'; why: string};

/** One quorum from the operator's view; null where the chain does not answer or has no such value. */
export type QuorumStake = {
  number: number;
  member: boolean | null;
  /** The weight from the current delegations. */
  weight: bigint | null;
  /** The last recorded weight, which is stale until the next update. */
  recorded: bigint | null;
  /** The weight of all operators. */
  total: bigint | null;
  minimum: bigint | null;
  operators: number | null;
  maxOperators: number | null;
  strategies: readonly {strategy: Hex; multiplier: bigint | null}[];
  /** The last block in which a set that the operator has left can still slash it; absent where none can. */
  slashableUntil?: bigint;
};

/** Intermediate result: the membership is read in parallel with the strategies. */
export type MembershipParts = {membership: Promise<Membership>; strategies: readonly Hex[]};
