import type {Clock} from '../clock/vlc.ts';
import type {JobKey, VrfFields, WorkerKind} from '../protocol/messages.ts';
import type {VrfProof} from '../vrf/ecvrf.ts';
import type {SamplingRange} from '../vrf/sampling.ts';
import type {Reading, ReadingEvent} from '../clock/readings.ts';

/** Signs with the operator's key; every signature was recovered and compared with `address` before it is returned. */
export type Signer = {
  /** node_id, EIP-55 checksummed. */
  readonly address: string;
  /**
   * EIP-191 signature over `message`: 65 bytes r‖s‖v (v 27/28) as lower-case hex without 0x.
   * @throws AosError SIGNER_*
   */
  sign(message: Uint8Array, signal?: AbortSignal): Promise<string>;
};

/** Proves with the operator's VRF key (protocol §4). */
export type Prover = {
  /** ed25519 public key, 64 lower-case hex digits. */
  readonly publicKey: string;
  /**
   * Proves at once, or, when `aside` is set or others are proved so already, beside the event loop. Proofs come in the
   * order they were asked for.
   */
  prove(alpha: Uint8Array, aside: boolean): VrfProof | Promise<VrfProof>;
};

/** What the connection tells the operator. All are called synchronously; none may throw. */
export type ConnectionHandlers = {
  /** The socket is open; the operator sends `connect` now. */
  onOpen(): void;
  /** One frame's bytes. */
  onFrame(bytes: Uint8Array): void;
  /** The network pinged us and was answered. */
  onPing(): void;
  /** The socket is gone; a new try follows after `retryInMs` (undefined: the connection was stopped). */
  onClose(reason: string, retryInMs: number | undefined): void;
};

/** The WebSocket to the dispatcher; reconnects by itself until its signal aborts. */
export type DispatcherConnection = {
  /** Resolves when the signal aborts and the socket is closed. */
  run(handlers: ConnectionHandlers, signal: AbortSignal): Promise<void>;
  /** Queues one text frame; false when there is no open socket. */
  send(text: string): boolean;
  /** Drops the present socket and connects again; for a peer that does not answer `connect`. */
  drop(reason: string): void;
  /** The `connect` request was accepted: back-off starts again from its first step. */
  confirm(): void;
  /**
   * Reads nothing more from the present socket, but for what is in hand already, until `resume`. The peer is not taken
   * for silent meanwhile. Harmless when it is paused already, or gone; a new socket is read at once.
   */
  pause(): void;
  resume(): void;
};

/** Reads the sampling range of node_id from the chain (protocol §4). */
export type RangeReader = {
  /** @throws AosError CHAIN_* */
  read(signal: AbortSignal): Promise<SamplingRange>;
};

/** Reads how far the chain is. */
export type BlockReader = {
  /**
   * The newest block's number, and its time in Unix ms.
   * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
   */
  newest(signal: AbortSignal): Promise<{number: bigint; at: number}>;
};

/** One question to a worker; `requestId` is ours, unguessable, one per (job, attempt). */
export type Question = {
  requestId: string;
  nodeId: string;
  model: string;
  prompt: string;
  callbackUrl: string;
};

/** Puts questions to one kind of worker; answers come back by HTTP callback. Durations in ms. */
export type Worker = {
  readonly kind: WorkerKind;
  /** How many questions may be open at once. */
  readonly concurrency: number;
  /** How long a busy or absent worker is waited for before the job is answered as failed. */
  readonly readyTimeoutMs: number;
  /** How long to wait for a callback before the question is put again. */
  readonly answerTimeoutMs: number;
  /** How often a question is put at most before the job is answered as failed. */
  readonly attempts: number;
  /**
   * Asks once whether the worker can take a question.
   * @throws AosError WORKER_UNREACHABLE | WORKER_BUSY
   */
  ready(signal: AbortSignal): Promise<void>;
  /**
   * Puts the question.
   * @throws AosError WORKER_UNREACHABLE | WORKER_REFUSED
   */
  ask(question: Question, signal: AbortSignal): Promise<void>;
};

/**
 * received → selected → concluded → signed → accepted, skipping `selected` where no worker is needed.
 * `expired`: never accepted within the retention.
 */
export const JOB_STATES = ['received', 'selected', 'concluded', 'signed', 'accepted', 'expired'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** How the content of an answer came about. */
export const JOB_OUTCOMES = ['answered', 'unselected', 'unsupported', 'invalid', 'failed'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** One job as the journal holds it. */
export type JobRecord = {
  /** Order of arrival, ascending. */
  seq: number;
  key: JobKey;
  state: JobState;
  /** Unix ms. */
  receivedAt: number;
  /** The dispatch frame as received, and which of its params this job is. */
  frame: string;
  index: number;
  kind: string;
  model: string;
  /** VRF fields once sampled. */
  vrf: VrfFields | null;
  /** What it was sampled with; null before, and of journals that did not keep it. */
  range: SamplingRange | null;
  outcome: JobOutcome | null;
  /** The job_result element, compact JSON, once concluded: the one answer that is ever sent. */
  content: string | null;
};

export type NewJob = Pick<JobRecord, 'key' | 'receivedAt' | 'frame' | 'index' | 'kind' | 'model'> & {
  /** Address that signed the frame, null when unsigned. */
  signer: string | null;
  /** The job's logical clock, merged into the operator's. */
  clock: Clock;
};

/** The one answer of a job as it is stored; `at` is Unix ms. */
export type Conclusion = {
  outcome: JobOutcome;
  vrf: VrfFields;
  content: string;
  at: number;
  /** What it was sampled with, where that is not kept yet: of a job that no worker was asked about. */
  range?: SamplingRange;
};

/** That a worker is to answer a job: what it was sampled with, and its first question. */
export type Selection = {
  vrf: VrfFields;
  range?: SamplingRange | undefined;
  first: Omit<QuestionRecord, 'answer'> | undefined;
};

/** How a job that is sampled before it is stored begins: with its answer, or selected. */
export type Beginning = {state: 'concluded'; answer: Conclusion} | ({state: 'selected'} & Selection);

/** One signed delivery of an answer; `at` is Unix ms, the signature hex. */
export type Delivery = {envelopeId: string; signature: string; at: number};

/** One question put to a worker, as it is journalled when it is asked. */
export type QuestionRecord = {
  requestId: string;
  seq: number;
  kind: WorkerKind;
  attempt: number;
  askedAt: number;
  /** The callback body, once it came. */
  answer: string | null;
};

/**
 * The operator's durable memory. Every method that changes something resolves only after the change is on disk
 * (writes of one event-loop turn, or of one sync, share one transaction).
 * @throws AosError JOURNAL_WRITE_FAILED when the disk refuses
 */
export type Journal = {
  /**
   * Stores a new job, with a clock reading; or tells what is already known of that (job_id, tag, position). `begin` says
   * how a new job goes on, in the same write; it may be called again, with another seq, when the write has to be repeated.
   */
  receive(job: NewJob, begin?: (seq: number) => Beginning): Promise<{known: boolean; record: JobRecord}>;
  /** Whether a job is stored; reads committed data. */
  knows(key: JobKey): boolean;
  /** Marks a job as to be answered by a worker; its first question is journalled with it, in the same write. */
  select(
    seq: number,
    vrf: VrfFields,
    first?: Omit<QuestionRecord, 'answer'>,
    range?: SamplingRange,
  ): Promise<void>;
  /**
   * Stores the one answer of a job, before it is signed. The same content again is a no-op.
   * @throws AosError ANSWER_CONFLICT for a different content
   */
  conclude(seq: number, answer: Conclusion): Promise<void>;
  /** Records a delivery of the stored content that was not accepted; the last one stays. */
  signed(seq: number, delivery: Delivery): Promise<void>;
  /**
   * The dispatcher took the result (code 200) as it was delivered; in the same write the delivery is recorded.
   * Resolves false when it was recorded before.
   */
  accepted(seq: number, at: number, delivery: Delivery): Promise<boolean>;
  /** Gives up on a result after the retention. */
  expire(seq: number, at: number): Promise<void>;

  /** Jobs in one of `states` with seq > `after`, in order of arrival, at most `limit`; reads committed data. */
  list(query: {states: readonly JobState[]; after: number; limit: number; kind?: string}): JobRecord[];
  get(seq: number): JobRecord | undefined;
  /** The job that came last. */
  newest(): JobRecord | undefined;
  /** Number of jobs a state. */
  counts(): Readonly<Record<JobState, number>>;

  /** Journals a question that is about to be asked. */
  ask(question: Omit<QuestionRecord, 'answer'>): Promise<void>;
  /**
   * Takes a callback: once per request id, durable before it resolves; `unknown` too when its job is concluded.
   * `conclude` makes the job's answer of it, which is stored in the same write; null: nobody works on that job now, it
   * is concluded later. It may be called again when the write has to be repeated.
   */
  answer(
    requestId: string,
    body: string,
    at: number,
    conclude?: (seq: number) => Conclusion | null,
  ): Promise<{state: 'taken'; seq: number} | {state: 'unknown' | 'already'}>;
  /** All questions of a job, first attempt first. */
  questions(seq: number): QuestionRecord[];

  /** Appends a clock reading that belongs to no job (heartbeat answered, outage). */
  read(event: ReadingEvent, at: number): Promise<void>;
  /** The latest reading, null in a new journal. */
  lastReading(): Reading | null;

  /** Small durable facts, such as the last known sampling range. */
  remember(name: string, value: string): Promise<void>;
  recall(name: string): string | null;
  /** Deletes accepted and expired jobs (with their questions) and readings from before `before`, Unix ms; the last reading stays. */
  prune(before: number): Promise<number>;
  close(): Promise<void>;
};
