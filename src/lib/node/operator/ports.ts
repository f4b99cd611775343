import type {AosError} from '../../foundation/errors/error.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {JsonObject} from '../../protocol/wire/json.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {VrfProof} from '../../protocol/vrf/ecvrf.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Refusal} from '../events/events.ts';

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

/** Proves with the operator's VRF key (docs/protocol.md#vrf). */
export type Prover = {
  /** ed25519 public key, 64 lower-case hex digits. */
  readonly publicKey: string;
  /**
   * Proves synchronously, or on the crypto worker when `offload` is set or earlier proofs are still computed there. Proofs
   * are returned in the order of the calls.
   */
  prove(alpha: Uint8Array, offload: boolean): VrfProof | Promise<VrfProof>;
};

/** What the connection tells the operator. All are called synchronously; none may throw. */
export type ConnectionHandlers = {
  /** The socket is open; the operator sends `connect` now. */
  onOpen(): void;
  /** One frame's bytes. */
  onFrame(bytes: Uint8Array): void;
  /** The network pinged us and was answered. */
  onPing(): void;
  /**
   * The socket is gone; a new try follows after `retryInMs` (undefined: the connection was stopped). `refusal`: the
   * dispatcher was reached and said no; `next`: what to do about it, where that is known.
   */
  onClose(reason: string, retryInMs: number | undefined, refusal: Refusal | null, next?: NextStep): void;
};

/** The WebSocket to the dispatcher; reconnects by itself until its signal aborts. */
export type DispatcherConnection = {
  /** Resolves when the signal aborts and the socket is closed. */
  run(handlers: ConnectionHandlers, signal: AbortSignal): Promise<void>;
  /** Queues one text frame; false when there is no open socket. */
  send(text: string): boolean;
  /** Closes the present socket and connects again; `refusal` when the reply to `connect` refused us. */
  drop(reason: string, refusal?: Refusal): void;
  /** The `connect` request was accepted: back-off starts again from its first step. */
  confirm(): void;
  /**
   * Reads nothing more from the present socket, except what it has read already, until `resume`. The peer is not taken
   * for silent meanwhile. Harmless when it is paused already, or gone; a new socket is read at once.
   */
  pause(): void;
  resume(): void;
  /** Bytes that were sent and that the network has not taken yet; 0 without an open socket. */
  backlog(): number;
};

/** Reads the sampling range of node_id from the chain (docs/protocol.md#sampling-range). */
export type RangeReader = {
  /** @throws AosError CHAIN_* */
  read(signal: AbortSignal): Promise<SamplingRange>;
};

/** What the dispatcher keeps of a job: each operator's result. */
export type ResultReader = {
  /** @throws AosError DISPATCHER_* | MESSAGE_INVALID */
  kept(jobId: string, signal: AbortSignal): Promise<readonly {operator: string; result: string}[]>;
};

/** Reads how far the chain is. */
export type BlockReader = {
  /**
   * The newest block's number, and its time in Unix ms.
   * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
   */
  newest(signal: AbortSignal): Promise<{number: bigint; at: number}>;
};

/** What a worker says in its reply to a request, where its kind sends no callback. */
export type DirectReply = {
  /** As it came. */
  body: string;
  /** Why it may not be delivered; null: it may. */
  doubt: AosError | null;
  /** The same where no check of proofs judges it before it is delivered, which `doubt` relies on; absent: nothing. */
  doubtUnchecked?: AosError;
};

/** One request to a worker; `requestId` is ours, unguessable, one per (job, attempt). */
export type WorkerRequest = {
  requestId: string;
  nodeId: string;
  model: string;
  prompt: string;
  /** `job.params`, lossless. */
  params: JsonObject;
  callbackUrl: string;
  /** Takes an answer that comes in the reply, also when nothing waits for it any more; resolves when it is durable. */
  replied: (reply: DirectReply) => Promise<void>;
};

/** The worker of a pool that got a request, and which start of it. */
export type AskedWorker = {
  url: string;
  /** `node_id` of its status, which is new at each start of the published worker; null: it does not say one. */
  nodeId: string | null;
};

/** One free place at a worker, held for one job until it is released. */
export type Lane = {
  readonly at: AskedWorker;
  /**
   * Puts the request; resolves when it is taken, or answered in the reply.
   * @throws AosError WORKER_BUSY | WORKER_REFUSED | WORKER_UNREACHABLE | WORKER_STUCK | REQUEST_REJECTED: it was not taken; WORKER_LOST |
   *   WORKER_TIMEOUT | PROOF_TIMEOUT | WORKER_BAD_ANSWER: perhaps it was, an attempt; PROOF_NOT_CHECKED | WORKER_UNPROVEN |
   *   WORKER_UNSOUND | WORKER_CHANGED: it was, and what came says nothing of the job
   */
  ask(request: WorkerRequest, signal: AbortSignal): Promise<void>;
  /** Rejects with WORKER_LOST when the worker started anew, or went away, and the request that it took is lost. */
  lost(signal: AbortSignal): Promise<never>;
  /** Frees the place, once the worker has replied to the request, and says how it ended; harmless when it is called twice. */
  release(end: 'answered' | 'timeout' | 'lost' | 'untaken'): void;
};

/** The workers of one kind; answers come back by HTTP callback, or in the reply. Durations in ms. */
export type Worker = {
  readonly kind: WorkerKind;
  /** Why no worker of this kind can ever answer a job with this text; null: one may. */
  whyUnfit(job: {model: string; prompt: string; params: JsonObject}): string | null;
  /** How many requests may be open at once, over all of them. */
  readonly concurrency: number;
  /** How long a busy or absent worker is waited for before that is a problem. */
  readonly readyTimeoutMs: number;
  /** How long to wait for a callback before the request counts as failed. */
  readonly answerTimeoutMs: number;
  /** How many requests for a job a worker may take and not answer. */
  readonly attempts: number;
  /** How long after a start of the operator, or the job's selection, a job waits for an answer. */
  readonly deadlineMs: number;
  /** At the deadline: nothing is sent, or the empty result. */
  readonly onFailure: 'silent' | 'empty';
  /**
   * A place at the healthy worker with the fewest requests, at one outside `avoid` (URLs) first. It waits while all of
   * them are full with requests of ours.
   * @throws AosError WORKER_UNREACHABLE | WORKER_BUSY | WORKER_REFUSED | WORKER_STUCK | WORKER_LOCKED | WORKER_UNSOUND:
   *   none costs an attempt
   */
  ready(signal: AbortSignal, avoid?: readonly string[]): Promise<Lane>;
};

/** What is known of one worker of a pool. */
export type WorkerState = {
  url: string;
  /** How it takes the request for its status; null: it has not answered yet. */
  method: 'GET' | 'POST' | null;
  /** Of its last status; null: it says none. */
  nodeId: string | null;
  /** Requests of ours that are open there. */
  open: number;
  /** Most requests that are open there at once. */
  places: number;
  /** What is wrong with it; null: nothing is known to be. */
  problem: AosError | null;
  /** It has a request for much longer than its answers take: a warning. */
  slow: AosError | null;
};

/** The workers of one kind, as they are watched without a job. */
export type WatchedWorker = {
  readonly kind: WorkerKind;
  /** The text of the request of a check: `question`, or what the kind needs in its place; null: the configuration lacks it. */
  checkJob(question: {
    model: string;
    prompt: string;
  }): {model: string; prompt: string; params: JsonObject} | null;
  /** Asks those that have a problem, or all, for their status. @returns what is known of each then */
  check(signal: AbortSignal, which?: 'sick' | 'all'): Promise<readonly WorkerState[]>;
};
