import type {Reading} from '../clock/readings.ts';
import type {JobOutcome, JobState} from '../operator/ports.ts';
import type {JobKey, VrfFields} from '../protocol/messages.ts';
import type {SamplingRange} from '../vrf/sampling.ts';

/** One job as a list has it: no texts that may be large. Times are Unix ms. */
export type TaskRow = {
  /** Its number in the journal, in order of arrival. */
  seq: number;
  key: JobKey;
  state: JobState;
  outcome: JobOutcome | null;
  kind: string;
  model: string;
  /** Who signed the dispatcher's message; null: nobody. */
  signer: string | null;
  vrf: VrfFields | null;
  receivedAt: number;
  /** When the one answer was stored. */
  concludedAt: number | null;
  /** Of the last delivery. */
  delivery: {envelopeId: string; signature: string; at: number} | null;
  /** When it was accepted or given up. */
  closedAt: number | null;
};

/** A question put to a worker. */
export type TaskQuestion = {
  attempt: number;
  kind: string;
  askedAt: number;
  /** The body that the worker called back with, as it came. */
  answer: string | null;
  answeredAt: number | null;
};

/** Everything the journal holds of one job. */
export type TaskRecord = TaskRow & {
  /** The dispatch frame as received, and which of its params the job is. */
  frame: string;
  index: number;
  /** What it was sampled with; null before, and of journals that did not keep it. */
  range: SamplingRange | null;
  /** The job_result that is sent. */
  content: string | null;
  questions: readonly TaskQuestion[];
  /** About this job id, in order. */
  readings: readonly Reading[];
};
