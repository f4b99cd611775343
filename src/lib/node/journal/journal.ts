import type {JobKey, VrfFields} from '../../protocol/wire/messages.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Reading, ReadingEvent} from '../../protocol/clock/readings.ts';
import type {JobRecord, NewJob, Conclusion, InitialState, Delivery, RequestRecord} from './records.ts';
import type {JobState} from '../events/job-states.ts';

/**
 * The operator's durable memory. Every method that changes something resolves only after the change is on disk
 * (writes of one event-loop turn, or of one sync, share one transaction).
 * @throws AosError JOURNAL_WRITE_FAILED when the disk refuses
 */
export type Journal = JobJournal &
  RequestJournal &
  ClockJournal &
  Notes & {
    /** Deletes accepted and expired jobs (with their requests) and readings from before `before`, Unix ms; the last reading stays. */
    prune(before: number): Promise<number>;
    close(): Promise<void>;
  };

/** The jobs, each with its state and its one answer. */
export type JobJournal = {
  /**
   * Stores a new job with a clock reading, or returns the stored one of that (job_id, tag, position). `initialState` gives
   * the first state of a new job, stored in the same write; a repeated write calls it again, with another seq.
   */
  receive(
    job: NewJob,
    initialState?: (seq: number) => InitialState,
  ): Promise<{known: boolean; record: JobRecord}>;
  /** Whether a job is stored; reads committed data. */
  knows(key: JobKey): boolean;
  /** Selects a job for a worker; its first request is journalled with it, in the same write. */
  select(
    seq: number,
    vrf: VrfFields,
    first?: Omit<RequestRecord, 'answer'>,
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
  /** Number of jobs in each state. */
  counts(): Readonly<Record<JobState, number>>;
};

/** The requests to workers, and their answers. */
export type RequestJournal = {
  /** Journals a request that is about to be sent. */
  ask(request: Omit<RequestRecord, 'answer'>): Promise<void>;
  /**
   * Takes a callback: once per request id, durable before it resolves; `unknown` too when its job is concluded.
   * `conclude` makes the job's answer from it, which is stored in the same write; null: no step works on that job now, and
   * it is concluded later. A repeated write calls it again.
   */
  answer(
    requestId: string,
    body: string,
    at: number,
    conclude?: (seq: number) => Conclusion | null,
  ): Promise<{state: 'taken'; seq: number} | {state: 'unknown' | 'already'}>;
  /** All requests of a job, first attempt first. */
  requests(seq: number): RequestRecord[];
};

/** The chain of clock readings. */
export type ClockJournal = {
  /** Appends a clock reading that belongs to no job (heartbeat answered, outage). */
  read(event: ReadingEvent, at: number): Promise<void>;
  /** The latest reading, null in a new journal. */
  lastReading(): Reading | null;
};

/** Small durable facts by name, such as the last known sampling range. */
export type Notes = {
  remember(name: string, value: string): Promise<void>;
  recall(name: string): string | null;
};

/** Looks up clock readings; each list is in order. */
export type ReadingLog = {
  /** Those about one job. */
  of(jobId: string): Reading[];
  /** From number `from` to `to`, both included. */
  between(from: number, to: number): Reading[];
  /** Those at which the operator's own clock stood at `counter`. */
  standingAt(counter: number): Reading[];
};
