import type {JobKey} from '../../protocol/wire/messages.ts';
import type {HeldThen, JobOutcome} from './job-states.ts';
import type {Code, ErrorCode} from '../../foundation/errors/table.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {JobRates} from './rates.ts';
import type {Verdict} from './links.ts';
import type {ChainCost, CostKind, StandingFacts, StandingFailure} from './standing.ts';
import type {WorkerFacts} from './worker-view.ts';

/** Which job an event is about. `seq` is its row in the journal. */
export type JobRef = JobKey & {seq: number; kind: string; model: string};

/** A logical clock as the wire has it: clock id → counter, both decimal (docs/protocol.md#logical-clock). */
export type ClockText = Readonly<Record<string, string>>;

/** The logical clock after the last reading. */
export type ClockFacts = {
  /** The entry that this node advances, and its counter. */
  id: string;
  counter: string;
  /** How many readings the chain holds. */
  readings: number;
  /** The clock that last came with a job, when, and with which; null before the first. */
  merged: {clock: ClockText; at: number; jobId: string} | null;
  /** How many ticks ours is ahead of that clock, summed over its entries and ours; null before the first. */
  ahead: string | null;
};

/** Signing times and failures in the last `windowMs`; times are null without a signature. */
export type SignerStats = {
  p50Ms: number | null;
  p95Ms: number | null;
  signatures: number;
  errors: number;
  windowMs: number;
};

/** The newest block of the RPC. Times are Unix ms. */
export type BlockFacts = {
  number: string;
  /** The block's own time. */
  blockAt: number;
  /** How long the RPC took to answer. */
  rpcMs: number;
};

/** A block of the chain, and its own time. */
export type ChainBlock = {number: string; blockAt: number};

/** How the network has reached this node, from the durable record (`liveness/liveness.ts`); times are Unix ms. */
export type LivenessFacts = {
  lastProbeAt: number | null;
  allowanceMs: number;
  /** The rest of the offline allowance; null when no probe is recorded. */
  allowanceLeftMs: number | null;
  /** All recorded probes. */
  probes: number;
  /** The expected interval of probes. */
  probeIntervalMs: number;
  /** The addresses that asked over HTTP in the last hour; absent: none did. */
  sources?: ProbeSources;
  /** The newest few, newest first. */
  outages: readonly OutageFacts[];
};

/** How many addresses asked, and the one that asked last. */
export type ProbeSources = {count: number; last: string};

/** A time of more than three intervals without a probe; `end` is null while it lasts. */
export type OutageFacts = {
  start: number;
  end: number | null;
  durationMs: number;
  cause: 'process-down' | 'network-down' | 'not-probed';
  overAllowance: boolean;
};

/** Jobs of a kind of worker that have no answer. */
export type MissingAnswers = {
  kind: string;
  /** Selected, and received {@link MISSING_AFTER_MS} ago or earlier. */
  waiting: number;
  /** Left without an answer in the last {@link UNANSWERED_FOR_MS}. */
  unanswered: number;
  /** When the first of them came, Unix ms. */
  oldestAt: number;
};

/** Answers that are held while their jobs wait. Times are Unix ms. */
export type HeldAnswers = {
  count: number;
  /** When the first of them came. */
  oldestAt: number | null;
  /** When the first of their jobs ends unanswered, and the row of that job; null: none is held, or it is not known. */
  dueAt: number | null;
  dueJob: number | null;
};

/** Why a frame, or a job of it, was not acted on. */
export const REJECT_REASONS = [
  'unreadable',
  'unsigned',
  'wrong-signature',
  'wrong-sender',
  'unknown-method',
  'bad-message',
  'other-job',
  'too-much',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/**
 * That the dispatcher was reached and said no: the code of a reply or of a close frame, or the HTTP status of the upgrade,
 * with its own words, made safe; '' when it gave none.
 */
export type Refusal = {how: 'reply' | 'close' | 'http'; code: number; words: string};

/** How work comes in and goes out. Times are Unix ms. */
export type WorkFacts = {
  /** When a job last came, in this run or an earlier one; null before the first. */
  lastJobAt: number | null;
  /** Median time between two jobs of the last 7 days; null while fewer than two are known. */
  usualGapMs: number | null;
  /** So much time connected without a job is a problem. */
  noJobAfterMs: number;
  /** Jobs that are not accepted yet, and when the oldest of them came; null: there is none. */
  open: number;
  oldestOpenAt: number | null;
  /** Jobs for workers of the last `windowMs`: that came, and that workers answered. */
  cameForWorkers: number;
  answeredByWorkers: number;
  windowMs: number;
  /** Messages that could not be taken, of all that are counted. */
  refused: number;
  /** What became of the jobs of the last hour and day; absent: an older operator. */
  rates?: JobRates;
};

/**
 * An event of the operator, for the log lines, the NDJSON stream and the summary. `seq` counts from 1 in this process; `at`
 * is Unix ms.
 */
export type OperatorEvent = {seq: number; at: number} & OperatorEventBody;

export type OperatorEventBody =
  | {
      type: 'started';
      nodeId: string;
      network: string;
      version: string;
      vrfPublicKey: string;
      workers: string[];
      pending: number;
    }
  | {type: 'warning'; code: Code; message: string; next?: NextStep}
  | {type: 'listening'; what: 'public' | 'callbacks' | 'metrics'; url: string}
  | {type: 'connecting'; url: string}
  | {type: 'connected'; url: string}
  /** `refusal`: the dispatcher was reached and said no. */
  | {type: 'disconnected'; reason: string; retryInMs: number | null; refusal?: Refusal}
  /** No job came for a while, so `connect` is sent again on the same socket. */
  | {type: 'connect_repeated'; quietMs: number}
  | {type: 'frame_rejected'; reason: RejectReason; code: ErrorCode; message: string; count: number}
  | {type: 'frame_unsigned'; policy: string}
  | {type: 'hash_mismatch'; envelopeId: string}
  | {type: 'job_received'; job: JobRef; signer: string | null}
  /** `count`: in this run, so far; a flood emits fewer events. */
  | {type: 'job_duplicate'; job: JobRef; state: string; count: number}
  | {type: 'job_sampled'; job: JobRef; selected: boolean; r: number; threshold: number}
  /** `request`: 8 hex digits of the SHA-256 of the request's id, which lets anyone answer the job and so is in no output. */
  | {type: 'job_asked'; job: JobRef; request: string; attempt: number}
  | {type: 'job_answered'; job: JobRef; request: string; ms: number}
  | {type: 'job_retry'; job: JobRef; code: ErrorCode; message: string; retryInMs: number}
  /** It is not asked about again; an answer that still comes counts. */
  | {type: 'job_listening'; job: JobRef; code: ErrorCode; message: string; attempts: number}
  /**
   * No worker answered in time: nothing is sent. An answer that comes later still concludes it. `unfit`: no worker of its kind can
   * ever answer it, so that it is of no use to ask again.
   */
  | {type: 'job_unanswered'; job: JobRef; reason: string; unfit?: true}
  /** It is asked about again, as was asked for. */
  | {type: 'job_asked_again'; job: JobRef}
  /** What the checks of its answer said, which is delivered, or is no answer (`refused`). */
  | {
      type: 'job_checked';
      job: JobRef;
      verdict: 'ok' | 'not_checked' | 'refused';
      code?: ErrorCode;
      message: string;
    }
  /** Its answer is not delivered, unless it is released; `then`: what happens until its deadline. */
  | {type: 'job_held'; job: JobRef; code: ErrorCode; message: string; then: HeldThen}
  /** Its held answer is delivered, as was asked for. */
  | {type: 'job_released'; job: JobRef}
  | {type: 'job_concluded'; job: JobRef; outcome: JobOutcome; reason: string}
  | {type: 'result_sent'; job: JobRef; envelopeId: string; attempt: number}
  | {type: 'result_retry'; job: JobRef; code: ErrorCode; message: string; retryInMs: number}
  | {type: 'result_accepted'; job: JobRef; ms: number; outcome: JobOutcome}
  | {type: 'result_expired'; job: JobRef}
  | {type: 'callback_refused'; why: 'unknown' | 'already' | 'invalid'; count: number}
  /** `from`: the address that asked over HTTP. */
  | {type: 'probe_answered'; via: 'http' | 'websocket'; from?: string}
  /** At first, and then once a minute while there are more: `count` since the last such event. */
  | {type: 'connections_refused'; code: ErrorCode; count: number; from: string | null; fromCount: number}
  | {type: 'problem'; part: OperatorPart; code: ErrorCode; message: string; next: NextStep}
  | {type: 'recovered'; part: OperatorPart; afterMs: number}
  | {
      type: 'range';
      start: string;
      end: string;
      max: string;
      block: string | null;
      source: 'chain' | 'journal';
      /** `chain.vrf_sort_precision`; absent from an older operator. */
      precision?: number;
    }
  /** At most one a second, when the clock has moved. */
  | ({type: 'clock'} & ClockFacts)
  /** Every ten seconds while there is something new, with each check of an idle signer, and when it works again. */
  | ({type: 'signer_stats'} & SignerStats)
  | ({type: 'block'} & BlockFacts)
  /** At the start and once a minute. */
  | ({type: 'work'} & WorkFacts)
  /** At the start, when an outage begins or ends, and once a minute. */
  | ({type: 'liveness'} & LivenessFacts)
  /** When it has changed: by kind of worker, the jobs that have waited too long for an answer, or were left without one. */
  | {type: 'answers_missing'; kinds: readonly MissingAnswers[]}
  /** When it has changed. */
  | ({type: 'answers_held'} & HeldAnswers)
  /** When what the chain says of this operator has changed. */
  | ({type: 'standing'} & StandingFacts)
  /** Each minute in which it has not: when it was last read, at which block, and why the last try failed. */
  | {type: 'standing_read'; readAt: number | null; block: ChainBlock | null; failure: StandingFailure | null}
  /** Something on chain begins to cost, or gets worse; and it costs no more. */
  | ({type: 'chain_cost'} & ChainCost)
  | {type: 'chain_cost_ended'; key: string; kind: CostKind; code: Code; text: string; afterMs: number}
  /** When it has changed, every half minute at most: what is known of the workers, by kind. */
  | {type: 'workers'; kinds: readonly WorkerFacts[]}
  /** When it has changed: whether this node earns, and what the first broken link says. */
  | ({type: 'verdict'; found: string | null} & Verdict)
  /** Once a minute: what this run amounts to so far. */
  | ({type: 'minute'; inProgress: number; pending: number; uptimeMs: number} & Tally)
  /** When alerts become muted, and when they are not any more (null). */
  | {type: 'alert_mute'; mutedUntil: number | null}
  /** SIGHUP to a service: keys that hold from now on, and those that do after a restart. */
  | {type: 'config_reloaded'; file: string | null; applied: string[]; needRestart: string[]}
  | {type: 'stopping'; reason: StopReason; inProgress: number; graceMs: number}
  /** The last event; `liveness` as last emitted, null when it is not recorded. */
  | ({type: 'summary'; liveness: LivenessFacts | null} & Summary);

/** A part the operator depends on; `problem` is emitted once per failure, `recovered` when the part works again. */
export const OPERATOR_PARTS = [
  'signer',
  'chain',
  'dispatcher',
  'jobs',
  'worker',
  'journal',
  'disk',
  'clock',
  'identity',
  'port',
  /** The signers beside the one that signs. */
  'standby',
] as const;
export type OperatorPart = (typeof OPERATOR_PARTS)[number];

export type StopReason = 'SIGINT' | 'SIGTERM' | 'jobs' | 'for' | 'fatal';

/** What a run amounted to. Counts are of this run, except of what the journal holds at its end. */
export type Summary = {
  accepted: number;
  received: number;
  duplicates: number;
  selected: number;
  unselected: number;
  failed: number;
  /** Left without an answer. */
  unanswered: number;
  rejected: number;
  resent: number;
  /** Jobs in the journal that still wait for acceptance. */
  pending: number;
  /** Those of them whose answer is held, and the row of the last one. */
  held: number;
  heldJob: number | null;
  probes: number;
  durationMs: number;
  reason: StopReason;
};

/** Takes an event; never throws, never waits. */
export type Emit = (event: OperatorEventBody) => void;

export type Tally = Omit<Summary, 'pending' | 'held' | 'heldJob' | 'durationMs' | 'reason'>;
