import type {WorkerConfig} from '../../config/config.ts';
import type {AosError} from '../../foundation/errors/error.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import type {JsonObject} from '../../protocol/wire/json.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {StatusReply} from './status.ts';

/** How a worker takes the request for its status: the published opml worker by POST alone. */
export type StatusMethod = 'GET' | 'POST';

export type WorkerStatus = StatusReply & {
  method: StatusMethod;
  /** Most requests at a time, by what the worker says or is known to bear; null: as many as are configured. */
  places: number | null;
  /** It says for sure that it works on nothing: a request that it took is lost. */
  isIdle: boolean;
  /** What it says that it is, for people; absent: nothing. */
  about?: string;
};

/** What a worker says in its reply to a request, where it sends no callback. */
export type DirectReply = {
  /** As it came. */
  body: string;
  /** Why it may not be delivered; null: it may. */
  doubt: AosError | null;
  /** The same where no check of proofs judges it before it is delivered, which `doubt` relies on; absent: nothing. */
  doubtUnchecked?: AosError;
};

/** One request to a worker; `requestId` is ours. */
export type WorkerRequest = {
  requestId: string;
  nodeId: string;
  model: string;
  prompt: string;
  /** `job.params`, lossless. */
  params: JsonObject;
  /** Where an answer that comes by callback is sent. */
  callbackUrl: string;
  /** Takes an answer that comes in the reply, also when nothing waits for it any more. */
  replied: (reply: DirectReply) => Promise<void>;
};

/** The exchanges with one worker of a kind. */
export type WorkerClient = {
  /** Its base URL as configured, without what a URL may hold of a password. */
  readonly url: string;
  /** `host:port`, for texts. */
  readonly host: string;
  /** `opml worker host:port`, for texts. */
  readonly name: string;
  /** @throws AosError WORKER_UNREACHABLE; WORKER_REFUSED for a reply of more than 1 MiB; of an engine also WORKER_CHANGED */
  status(signal: AbortSignal): Promise<WorkerStatus>;
  /**
   * Puts a request; resolves when the worker has taken it, or has answered it in its reply.
   * @throws AosError WORKER_BUSY | WORKER_REFUSED | WORKER_UNREACHABLE | WORKER_STUCK | WORKER_UNSOUND | WORKER_UNPROVEN |
   *   WORKER_CHANGED | REQUEST_REJECTED | PROOF_NOT_CHECKED: none of them is an attempt; WORKER_LOST | WORKER_TIMEOUT | PROOF_TIMEOUT | WORKER_BAD_ANSWER: each
   *   is one
   */
  ask(request: WorkerRequest, signal: AbortSignal): Promise<void>;
  /** Whether the worker can be trusted again, which its status does not show. @throws AosError what is wrong with it */
  prove(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

/** What a worker is asked to see whether it works. */
export type CheckQuestion = {model: string; prompt: string};

/** What an exchange with a worker needs of its configuration. */
export type ClientConfig = Pick<WorkerConfig, 'answerTimeoutMs' | 'knownGood'> & {
  /** In the place of a zkml worker. */
  proofEngine?: ProofEngine | undefined;
};

/** Says of proofs whether they are true, in this process. */
export type ProofEngine = {
  /** Whether what a worker says of a proof of this model is judged by the engine before it is delivered, as configured now. */
  judges(model: string): boolean;
  /** @throws AosError PROOF_*: nothing is said of the proof; or the signal's reason */
  wordOf(job: {model: string; proofPath: string}, signal: AbortSignal): Promise<'true' | 'false'>;
};

/** The text of a job. */
export type AskedText = {model: string; prompt: string; params: JsonObject};

/** What is particular to one kind of worker. */
export type WorkerDriver = {
  readonly kind: WorkerKind;
  /** Most requests at a time at each worker, whatever the configuration says; null: as it says. */
  readonly mostAtOnce: number | null;
  /** One that takes nothing for longer than `ready_timeout`, while it works on nothing of ours, does not recover by itself. */
  readonly sticks: boolean;
  /** What to do with one that takes requests and answers none, or takes none any more. */
  restart(host: string): NextStep;
  /** When the published program hangs for ever, as the end of a sentence about one that may be slow. */
  readonly hangs: string;
  /** What to do with one that has nothing to do any more and sent no answer; null: its status never shows that. */
  idle(host: string): NextStep | null;
  createClient(url: string, config: ClientConfig): WorkerClient;
  /** Why no worker of this kind can ever answer a job with this text; null: one may. */
  whyUnfit(job: AskedText): string | null;
  /** The text of the request of a check: `question`, or what the kind needs in its place; null: the configuration lacks it. */
  checkJob(question: CheckQuestion, config: ClientConfig): CheckedJob | null;
  /** Its word is believed by a proof that is known to be good; without one in the configuration not all of it is. */
  needsKnownGood: boolean;
};

/** The text of a job that belongs to none. */
export type CheckedJob = CheckQuestion & {params: JsonObject};
