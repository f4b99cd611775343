import type {Flow} from './detect.ts';
import type {RegistrationStatus} from './registration-types.ts';
import type {Fact} from '../../foundation/fact.ts';

/** Everything of the chain at one block of one endpoint. */
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
  /** `value` null: no such contract is configured. */
  challenges: Fact<ChallengeFacts | null>;
  penalties: Fact<PenaltyFacts | null>;
};

export type AvsFacts = {flow: Flow; stake: RegistrationStatus};

export type RangeFacts = {start: bigint; end: bigint; max: bigint; contract: string};

export type ChallengeFacts = {
  total: number;
  /** Unanswered and still within the window. No argument of a challenge names an operator. */
  open: readonly {index: number; deadlineBlock: bigint; blocksLeft: bigint}[];
  /** The unanswered among the newest ones; null when their window could not be read. */
  unanswered: number;
  windowKnown: boolean;
};

export type PenaltyFacts = {
  ledger: string;
  penaltyWei: bigint;
  /** Unix seconds. */
  moratoriumUntil: bigint;
  /** How many of the newest were read, and how many there are. */
  looked: number;
  total: bigint;
  mine: readonly {id: bigint; kind: number; amountWei: bigint; executed: boolean}[];
};
