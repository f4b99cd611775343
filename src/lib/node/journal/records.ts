import type {Clock} from '../../protocol/clock/vlc.ts';
import type {JobKey, VrfFields, WorkerKind} from '../../protocol/wire/messages.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {JobState, JobOutcome} from '../events/job-states.ts';

/** The number of a job whose (job_id, tag) was stored once, and is packed or cleaned up. */
export const PRUNED = 0;

/** One job as the journal holds it. */
export type JobRecord = {
  /** Order of arrival, ascending. */
  seq: number;
  key: JobKey;
  state: JobState;
  /** Unix ms. */
  receivedAt: number;
  /** How old the journal was when it came, ms (age-clock.ts); 0: before an aos that kept it. */
  bornAge: number;
  /** The text of the job's own element of its frame; null: the job is packed, or its frame is not at hand. */
  element: string | null;
  /** Which of the params of its frame it is. */
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

/** Byte offsets in a frame, `end` exclusive. */
export type Span = {start: number; end: number};

/** A job that waits, without anything of it that may be large. `receivedAt` is Unix ms. */
export type QueuedJob = {
  seq: number;
  kind: string;
  receivedAt: number;
  /** Of its element; null: not known. */
  bytes: number | null;
};

export type NewJob = Pick<JobRecord, 'key' | 'receivedAt' | 'index' | 'kind' | 'model'> & {
  /** The dispatch frame as received: the jobs of one frame have the same object, and share its place in the file. */
  frame: Uint8Array;
  /** Where the job's element is in it; null: not known, its index says. */
  span: Span | null;
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

/** That a worker is to answer a job: what it was sampled with, and its first request. */
export type Selection = {
  vrf: VrfFields;
  range?: SamplingRange | undefined;
  /** Undefined: no worker is asked yet. */
  first: NewRequest | undefined;
};

/** How a job that is sampled before it is stored begins: with its answer, or selected. */
export type InitialState = {state: 'concluded'; answer: Conclusion} | ({state: 'selected'} & Selection);

/** One signed delivery of an answer; `at` is Unix ms, the signature hex. */
export type Delivery = {envelopeId: string; signature: string; at: number};

/** One request to a worker, as it is journalled before it is put. */
export type NewRequest = {
  requestId: string;
  seq: number;
  kind: WorkerKind;
  attempt: number;
  askedAt: number;
};

/** How a request that a worker took ended without an answer; `invalid`: what came is none. */
export type RequestEnd = 'timeout' | 'lost' | 'invalid';

/** The worker that took a request, and which start of it; null: it does not say one. */
export type RequestTaker = {url: string; nodeId: string | null};

export type RequestRecord = NewRequest & {
  /** Null: no worker took it, as far as is known. */
  worker: RequestTaker | null;
  /** Unix ms. */
  takenAt: number | null;
  /** Null: it is open, or answered. */
  ended: RequestEnd | null;
  /** The callback body, once it came. */
  answer: string | null;
};
