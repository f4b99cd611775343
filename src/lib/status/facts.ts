import type {Flow} from '../chain/detect.ts';
import type {Stake} from '../chain/stake.ts';
import type {Span} from '../liveness/spans.ts';
import type {OperatorView} from '../operator/view.ts';

/** Why something is not known, and the one next thing to type or do, where there is one. */
export type Unknown = {state: 'unknown'; reason: string; next: string | null};

/** Something that was looked at: what it is and when it was read (Unix ms), or why it is not known. */
export type Fact<T> = {state: 'known'; value: T; at: number} | Unknown;

export const known = <T>(value: T, at: number): Fact<T> => ({state: 'known', value, at});
export const unknown = (reason: string, next: string | null = null): Unknown => ({
  state: 'unknown',
  reason,
  next,
});

/** The same fact with another value; an unknown one stays unknown. */
export function mapFact<T, R>(fact: Fact<T>, change: (value: T) => R): Fact<R> {
  return fact.state === 'known' ? known(change(fact.value), fact.at) : fact;
}

/** A fact inside a fact. */
export function flatFact<T>(fact: Fact<Fact<T>>): Fact<T> {
  return fact.state === 'known' ? fact.value : fact;
}

/** What was found out about an operator, each part by itself. All times are Unix ms unless they say otherwise. */
export type StatusFacts = {
  now: number;
  nodeId: string;
  /** An operator of another machine: what is to be done next is not for here. */
  isElsewhere?: boolean;
  network: string;
  /** The rules that hold, from the configuration, else the protocol's defaults. */
  rules: Rules;
  /** Hex; null where it is not known. It is registered nowhere, so it is shown. */
  vrfPublicKey: string | null;
  signer: Fact<SignerFacts>;
  chain: Fact<ChainFacts>;
  journal: Fact<JournalFacts>;
  /** The operator's process; `value` null: none runs for this node on this machine. */
  operator: Fact<RunningFacts | null>;
};

export type Rules = {
  /** Where they come from, for people. */
  source: string;
  probeIntervalMs: number;
  offlineGraceMs: number;
  penaltyWei: bigint;
  networkStart: number | null;
  /** `net.outer_url`; null when none is configured, or the node is not this machine's. */
  outerUrl: string | null;
};

export type SignerFacts =
  | {state: 'ok'; host: string; accounts: number; signMs: number}
  | {state: 'fail'; host: string; code: string; message: string; next: string};

export type RunningFacts = {pid: number; host: string; version: string; view: OperatorView};

export type JournalFacts = {
  /** Jobs that wait for acceptance, and those accepted, of all that is kept. */
  pending: number;
  accepted: number;
  lastReceivedAt: number | null;
  lastAcceptedAt: number | null;
  spans: readonly Span[];
};

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

export type AvsFacts = {flow: Flow; stake: Stake};

export type RangeFacts = {start: bigint; end: bigint; max: bigint; contract: string};

export type ChallengeFacts = {
  total: number;
  /** Unanswered and still within the window. No argument of a challenge names an operator. */
  open: readonly {index: number; deadlineBlock: bigint; blocksLeft: bigint}[];
  /** Of the last ones looked at, those without an answer; null when their window could not be read. */
  unanswered: number;
  windowKnown: boolean;
};

export type PenaltyFacts = {
  ledger: string;
  penaltyWei: bigint;
  /** Unix seconds. */
  moratoriumUntil: bigint;
  /** How many were looked at, the newest, and how many there are. */
  looked: number;
  total: bigint;
  mine: readonly {id: bigint; kind: number; amountWei: bigint; executed: boolean}[];
};
