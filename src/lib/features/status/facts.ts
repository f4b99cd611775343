import type {Span} from '../../node/liveness/spans.ts';
import type {MissingAnswers, ProbeSources} from '../../node/events/events.ts';
import type {JobRates} from '../../node/events/rates.ts';
import type {OperatorView} from '../../node/events/view.ts';
import type {DispatcherOperator} from '../../peers/dispatcher/rest-rows.ts';
import type {Fact} from '../../foundation/fact.ts';
import type {ProxyUse} from '../../foundation/system/proxy-choice.ts';
import type {ChainFacts} from '../../peers/chain/status/operator-facts.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

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
  /** What is known of an operator that does not run, for people. */
  absence?: string | null;
  /** The dispatcher's row of the operator; `value` null: it has none. */
  row: Fact<DispatcherOperator | null>;
  /** The proxies that lead from this shell to the peers of the node; a service may have others. */
  proxies?: readonly ProxyUse[];
  /** Until when the alerts of the node are muted; null or absent: they are not, or the node is not of this machine. */
  mutedUntil?: number | null;
};

export type Rules = {
  /** Where they come from, for people. */
  source: string;
  probeIntervalMs: number;
  offlineGraceMs: number;
  penaltyWei: bigint;
  networkStart: number | null;
  /** `chain.vrf_sort_precision`. */
  sortPrecision: number;
  /** `net.outer_url`; null when none is configured, or the node is not this machine's. */
  outerUrl: string | null;
  /** What the registry is to have as this node's socket: `chain.socket`, else `net.outer_url`; null as for that. */
  socket: string | null;
};

export type SignerFacts =
  | {
      state: 'ok';
      host: string;
      accounts: number;
      signMs: number;
      /** What is wrong with the first signer, where another signs in its place. */
      insteadOf?: {message: string; next: NextStep};
    }
  | {
      state: 'fail';
      host: string;
      code: ErrorCode;
      message: string;
      next: NextStep;
      /** It took the request and had not answered when the time for it was over. */
      isLate?: boolean;
    };

export type RunningFacts = {pid: number; host: string; version: string; view: OperatorView};

export type JournalFacts = {
  /** Jobs that wait for acceptance, and those accepted, of all that is kept. */
  pending: number;
  accepted: number;
  lastReceivedAt: number | null;
  lastAcceptedAt: number | null;
  /** Selected jobs that have waited too long for an answer, by kind of worker. */
  missing: readonly MissingAnswers[];
  /** When the oldest job came that waits for acceptance; null: none waits. */
  oldestOpenAt: number | null;
  /** Messages of the dispatcher that could not be taken. */
  refused: number;
  /** Whether the newest job was signed, and by whom; null: there is no job. */
  newestSigner: {signer: string | null} | null;
  spans: readonly Span[];
  /** What became of the jobs of the last hour and day. */
  rates?: JobRates;
  /** The addresses that asked `/ping` in the last hour; null: none did. */
  sources?: ProbeSources | null;
};
