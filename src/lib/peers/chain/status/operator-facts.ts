import type {Allocation} from '../allocations.ts';
import type {ChallengeFacts} from '../challenge-facts.ts';
import type {RewardFacts} from '../rewards.ts';
import type {FlowName} from '../flows/list.ts';
import type {RegistrationStatus} from '../flows/registration-types.ts';
import type {Fact} from '../../../foundation/fact.ts';

/** All facts about an operator on chain, at one block of one endpoint. */
export type ChainFacts = {
  /** Host of the RPC. */
  endpoint: string;
  chainId: number;
  block: bigint;
  blockAt: number;
  balanceWei: bigint;
  gasPriceWei: bigint | null;
  isOperator: Fact<boolean>;
  avs: Fact<AvsFacts>;
  range: Fact<RangeFacts>;
  /** `value` is null when no such contract is configured. */
  challenges: Fact<ChallengeFacts | null>;
  penalties: Fact<PenaltyFacts | null>;
  /** `value` is null when the network has no AllocationManager. */
  allocations: Fact<readonly Allocation[] | null>;
  /** `value` is null when no RewardsCoordinator is known. */
  rewards: Fact<RewardFacts | null>;
};

export type AvsFacts = {flow: FlowName; stake: RegistrationStatus};

export type RangeFacts = {start: bigint; end: bigint; max: bigint; contract: string};

export type PenaltyFacts = {
  ledger: string;
  penaltyWei: bigint;
  /** Unix seconds. */
  moratoriumUntil: bigint;
  /** The number of the newest ones that were read, and of all. */
  looked: number;
  total: bigint;
  mine: readonly {id: bigint; kind: number; amountWei: bigint; executed: boolean}[];
};
