import type {JobKey, VrfFields} from '../../protocol/wire/messages.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Reading, ReadingEvent} from '../../protocol/clock/readings.ts';
import type {Others, SignedText} from './job-texts.ts';
import type {OpenByKind, WithoutAnswer} from './job-figures.ts';
import type {
  JobRecord,
  NewJob,
  QueuedJob,
  Conclusion,
  InitialState,
  Delivery,
  NewRequest,
  RequestEnd,
  RequestRecord,
  RequestTaker,
} from './records.ts';
import type {
  DueCheck,
  HeldFacts,
  Judged,
  Judgement,
  Released,
  ShownAnswer,
  WaitingAnswer,
} from './verdicts.ts';
import type {HeldThen, JobState} from '../events/job-states.ts';
import type {AgeClock} from './age-clock.ts';
import type {Inflow} from './inflow.ts';

/**
 * The operator's durable memory. Every method that changes something resolves only after the change is on disk
 * (writes of one event-loop turn, or of one sync, share one transaction).
 * @throws AosError JOURNAL_WRITE_FAILED when the disk refuses
 */
export type Journal = JobJournal &
  RequestJournal &
  ClockJournal &
  Notes & {
    /** What came from the dispatcher beside the jobs. */
    inflow: Inflow;
    /** How old everything is. */
    age: AgeClock;
    /**
     * Packs the jobs that were over for the evidence period, and deletes the packed ones that were over for the retention,
     * both by the journal's age: of each a tombstone stays. With them go the readings that no whole job needs, except the
     * last one, and space that will not be needed soon.
     * @param periods.beforePacking gets the numbers of the jobs that are packed next, and is waited for; it must not reject
     */
    tidy(periods: {
      evidenceMs: number;
      retentionMs: number;
      beforePacking?: ((seqs: readonly number[]) => Promise<void>) | undefined;
    }): Promise<{packed: number; deleted: number}>;
    close(): Promise<void>;
  };

/**
 * Makes the one answer of a selected job, inside the write that stores it: of the text that its (job_id, tag) has under
 * another position, or of what a worker said.
 * @param read the job, for those who do not have it at hand
 * @param text the one that was answered already; null: none
 */
export type MakeAnswer = (seq: number, read: () => JobRecord, text: SignedText | null) => Conclusion;

/** Why what a worker said is no answer; `mayComeAgain`: its request does not count as failed, and may be put again. */
export type NoAnswer = {noAnswer: string; mayComeAgain?: true};

/** What a worker said may be the answer of its job once it is checked. */
export type ToCheck = {toCheck: true};

/** What became of a callback; `concluded`: the jobs that have their answer by it, its own first. */
export type TakenCallback =
  | {state: 'taken'; concluded: readonly number[]}
  /** It is none: its request counts as failed. */
  | {state: 'invalid'; seq: number; why: string}
  /** It is kept, and waits for its checks. */
  | {state: 'checking'; seq: number}
  /** The job has its answer already: this one is kept beside it. */
  | {state: 'already'}
  | {state: 'unknown'};

/** The jobs, each with its state and its one answer. */
export type JobJournal = {
  /**
   * Stores a new job with a clock reading, or returns the stored one of that (job_id, tag, position); one whose (job_id,
   * tag) was packed or cleaned up is known too, with the number {@link PRUNED}. `initialState` gives the first state of a new job,
   * stored in the same write; a repeated write calls it again, with another seq. An answer that {@link JobJournal.conclude}
   * does not store leaves the job selected, without a request.
   */
  receive(
    job: NewJob,
    initialState?: (seq: number) => InitialState,
  ): Promise<{known: boolean; record: JobRecord}>;
  /**
   * Stores a large frame piece by piece, over several transactions, before its jobs are received with the same bytes.
   * Resolves with a function to call when they are: a frame that no job came of is deleted.
   */
  keepFrame(bytes: Uint8Array): Promise<() => void>;
  /**
   * Whether a job of this (job_id, tag) is stored, under any position, or was before; reads committed data. True when it
   * cannot be read: the write of the job asks again.
   */
  knows(key: JobKey): boolean;
  /** What is known of the job's (job_id, tag) under other positions. */
  others(job: Pick<JobRecord, 'seq' | 'key'>): Others;
  /** Selects a job for a worker; its first request is journalled with it, in the same write. */
  select(seq: number, vrf: VrfFields, first?: NewRequest, range?: SamplingRange): Promise<void>;
  /**
   * Stores the one answer of a job, before it is signed. The same content again is a no-op. Resolves false, with nothing
   * stored, for a text (`vrf.selected`) whose (job_id, tag) has one, or waits for one, under another position.
   * @throws AosError ANSWER_CONFLICT for a different content
   */
  conclude(seq: number, answer: Conclusion): Promise<boolean>;
  /**
   * Concludes a selected or unanswered job, and with its text those of the same (job_id, tag) that wait under other
   * positions. Resolves with them all, itself first; with none when it has its answer already. A repeated write calls
   * `make` again.
   */
  concludeText(seq: number, make: MakeAnswer): Promise<readonly number[]>;
  /** A selected job ends without an answer, which may still come. Resolves false when it is not selected any more. */
  leave(seq: number, why: string, at: number): Promise<boolean>;
  /** Has a job that waits, or was left without an answer, asked about again. Resolves false when it has its answer. */
  retry(seq: number): Promise<boolean>;
  /** Records a delivery of the stored content that was not accepted; the last one stays. */
  signed(seq: number, delivery: Delivery): Promise<void>;
  /**
   * The dispatcher took the result (code 200) as it was delivered; in the same write the delivery is recorded.
   * Resolves false when it was recorded before.
   */
  accepted(seq: number, at: number, delivery: Delivery, reply?: Uint8Array | null): Promise<boolean>;
  /** Gives up on a result after the retention. */
  expire(seq: number, at: number): Promise<void>;

  /** Jobs in one of `states` with seq > `after`, in order of arrival, at most `limit`; reads committed data. */
  list(query: {states: readonly JobState[]; after: number; limit: number; kind?: string}): JobRecord[];
  get(seq: number): JobRecord | undefined;
  /** Jobs in a state with seq > `after`, in order of arrival, at most `limit`, without anything that may be large. */
  queued(state: JobState, after: number, limit: number): QueuedJob[];
  /** When the oldest job came that is on its way, Unix ms; null: there is none. */
  oldestOpenAt(): number | null;
  /** The whole frame that a job came in; null: the job is packed or cleaned up. */
  frameOf(seq: number): Uint8Array | null;
  /** The job that came last. */
  newest(): JobRecord | undefined;
  /** Number of jobs in each state; reads the index of all jobs, which takes longer the more there are. */
  counts(): Readonly<Record<JobState, number>>;
  /** Number of jobs on their way: neither over, nor left without an answer. */
  pending(): number;
  /** Jobs that are on their way, by state and kind of worker; reads none that is over. */
  openByKind(): OpenByKind[];
  /** Jobs without an answer, by kind: received before `waitingSince` and still selected, or left since `leftSince`. */
  withoutAnswer(waitingSince: number, leftSince: number): WithoutAnswer[];
};

/** The requests to workers, and their answers. */
export type RequestJournal = {
  /** Journals a request that is about to be sent. */
  ask(request: NewRequest): Promise<void>;
  /** A worker took a request. It is only a note: what follows does not wait for the disk. */
  taken(requestId: string, worker: RequestTaker, at: number): Promise<void>;
  /** A request that was taken gets no answer any more, as far as is known: it was one attempt. */
  ended(requestId: string, worker: RequestTaker, end: RequestEnd, at: number): Promise<void>;
  /**
   * Takes a callback of any request of a job, until the job has its answer: durable before it resolves. `make` makes that
   * answer of it, which is stored in the same write; a repeated write calls it again.
   */
  answer(
    requestId: string,
    body: string,
    at: number,
    make: (...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer | ToCheck,
  ): Promise<TakenCallback>;
  /** Whether any request has this id, after all that is being written has been. */
  knowsRequest(requestId: string): Promise<boolean>;
  /** Requests of a job that count as attempts: taken by a worker and not answered, since the last retry. */
  failed(seq: number): number;
  /** All requests of a job, first attempt first. */
  requests(seq: number): RequestRecord[];
  /** The answers that are checked before they are delivered. */
  checks: CheckJournal;
};

/** Answers between a worker and the content of a job (docs/adr/0056-the-held-answer.md). */
export type CheckJournal = {
  /** An answer that is to be checked, or is held; null: there is no such one. */
  waiting(requestId: string): WaitingAnswer | null;
  /** The answer of a job that is held; null: none is. */
  held(seq: number): WaitingAnswer | null;
  /** Why no worker is asked about a job: an answer is being checked, or held; null: one may be asked. */
  stateOf(seq: number): 'checking' | HeldThen | null;
  /** Answers that are to be checked, with number > `after`, in order of arrival, at most `limit`. */
  due(after: number, limit: number): DueCheck[];
  /** The held answers of jobs that wait; null: there are none. */
  heldFacts(): HeldFacts | null;
  /**
   * Brings an answer to where its checks send it, in one write: the content of its job by `make`, which a repeated write
   * calls again; held; or no answer.
   */
  judge(
    requestId: string,
    judgement: Judgement,
    at: number,
    make: (...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer,
  ): Promise<Judged>;
  /** Makes the held answer of a job its content, by the word of the operator, in one write. */
  release(
    seq: number,
    shown: ShownAnswer | null,
    at: number,
    make: (body: string, ...args: Parameters<MakeAnswer>) => Conclusion | NoAnswer,
  ): Promise<Released>;
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
