import type {Reading} from '../../protocol/clock/readings.ts';
import type {JobKey, VrfFields} from '../../protocol/wire/messages.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {JobOutcome, JobState} from '../events/job-states.ts';
import type {PackedJob} from './packed.ts';
import type {RequestEnd, RequestTaker} from './records.ts';
import type {CheckedAnswer, KeptProof} from './verdicts.ts';

/** Which jobs; a list that is empty leaves that side open. */
export type JobQuery = {
  states: readonly JobState[];
  outcomes: readonly JobOutcome[];
  kinds: readonly string[];
  tags: readonly string[];
  /** Received at or after, Unix ms. */
  since: number | null;
  /** The newest so many; null: all. */
  limit: number | null;
  /** Only those without an answer of which one is held. */
  held?: boolean;
};

/** One job as a list has it: no texts that may be large. Times are Unix ms. */
export type JobRow = {
  /** Its number in the journal, in order of arrival. */
  seq: number;
  key: JobKey;
  state: JobState;
  outcome: JobOutcome | null;
  kind: string;
  model: string;
  /** Signer of the dispatcher's message; null: it was not signed. */
  signer: string | null;
  vrf: VrfFields | null;
  receivedAt: number;
  /** When the one answer was stored. */
  concludedAt: number | null;
  /** Of the last delivery. */
  delivery: {envelopeId: string; signature: string; at: number} | null;
  /** When it was accepted, given up, or left unanswered. */
  closedAt: number | null;
  /** Its evidence period is over, and most of it is gone. */
  isPacked: boolean;
  /** It has no answer, and one that came is held. */
  isHeld: boolean;
};

/** A request put to a worker. */
export type JobRequestRow = {
  attempt: number;
  kind: string;
  askedAt: number;
  /** The worker that took it, and when; null as far as is not known. */
  worker: RequestTaker | null;
  takenAt: number | null;
  /** How it ended without an answer; null: it is open, or answered. */
  ended: RequestEnd | null;
  endedAt: number | null;
  /** The body that the worker called back with, as it came. */
  answer: string | null;
  answeredAt: number | null;
};

/** A callback that is not the answer of its job. */
export type EvidenceRow = {
  attempt: number | null;
  at: number;
  /** Why it is not the answer. */
  why: string;
  /** Its first 64 KiB. */
  body: string;
  /** The size of the whole. */
  bytes: number;
};

/** An answer that took the way of checks. */
export type CheckRow = CheckedAnswer & {
  attempt: number | null;
  /** As it came; null: it is the answer of its request. */
  body: string | null;
};

/** What is left of a job that is packed: its frame, its requests and its readings are gone. */
export type PackedFacts = Pick<PackedJob, 'cut' | 'attempts'>;

/** Everything the journal holds of one job. */
export type JobDetailRecord = JobRow & {
  /** The dispatch frame as received; null: it is gone, since the job is packed. */
  frame: string | null;
  /** The job's own element of the params of its frame, and which one it is. */
  element: string | null;
  index: number;
  /** Null: the job is whole. */
  packed: PackedFacts | null;
  /** What it was sampled with; null before, and of journals that did not keep it. */
  range: SamplingRange | null;
  /** The dispatcher's message that accepted the answer of a worker; null: it is not kept. */
  reply: Uint8Array | null;
  /** The proof of a zkml job, as its answer was checked by it; null: none was, or it is not kept. */
  proof: KeptProof | null;
  /** The job_result that is sent; null: there is none, or it was too large to be packed. */
  content: string | null;
  requests: readonly JobRequestRow[];
  /** Callbacks that came beside the answer, at most three. */
  evidence: readonly EvidenceRow[];
  /** Answers that took the way of checks, in order. */
  checks: readonly CheckRow[];
  /** Why no worker answered it; null unless it is unanswered. */
  why: string | null;
  /** About this job id, in order. */
  readings: readonly Reading[];
};
