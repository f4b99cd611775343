import type {Hex} from 'viem';
import type {StrategyStake} from './strategies.ts';

/** Where an operator stands at the AVS, and what is behind it (docs/eigenlayer.md#registration-status). */
export type RegistrationStatus = Membership & {
  /** Every strategy that counts for the AVS, once. */
  strategies: readonly StrategyStake[];
};

/** Where an operator stands at the AVS. */
export type Membership = {
  state: 'registered' | 'not_registered' | 'deregistered' | 'unknown';
  /** keccak256 of the BLS key; null in the other flows and before the first registration. */
  operatorId: Hex | null;
  socket: Socket;
  /** Quorums, operator sets (by id), or the one quorum of an ECDSAStakeRegistry (number 0). */
  quorums: readonly QuorumStake[];
};

export type Socket = {state: 'known'; value: string} | {state: 'none'} | {state: 'unknown'; why: string};

/** One quorum as it stands for the operator; null where the chain does not say, or has no such figure. */
export type QuorumStake = {
  number: number;
  member: boolean | null;
  /** By what is delegated now. */
  weight: bigint | null;
  /** As the registry recorded it last: stale until somebody updates it. */
  recorded: bigint | null;
  /** Of all operators. */
  total: bigint | null;
  minimum: bigint | null;
  operators: number | null;
  maxOperators: number | null;
  strategies: readonly {strategy: Hex; multiplier: bigint | null}[];
};

/** What is known before the last reads: the membership comes while the strategies are asked about. */
export type MembershipParts = {membership: Promise<Membership>; strategies: readonly Hex[]};

export type RegistrationStatusOptions = {
  /** Block from which the registry can have logs; sockets of older registries are in logs alone. */
  firstBlock?: bigint;
};
