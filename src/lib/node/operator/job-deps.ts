import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {RetryJournalWrite} from './retry-journal-write.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {Prover, Worker} from './ports.ts';
import type {WorkerRequests} from './worker-requests.ts';
import type {RangeKeeper} from './range.ts';
import type {Session} from './session.ts';
import type {Signing} from './signing.ts';
import type {Sequencer} from '../../foundation/async/sequencer.ts';
import type {Journal} from '../journal/journal.ts';
import type {Reservation, Waiting} from './job-steps.ts';

/** What of the configuration the pipeline needs. */
export type JobOptions = {
  nodeId: string;
  clockId: bigint | null;
  kinds: readonly WorkerKind[];
  callbackUrl: string;
  vrfSortPrecision: number;
  retentionMs: number;
};

/** What the steps of a job (`job.ts`) work with. */
export type JobDeps = {
  options: JobOptions;
  journal: Journal;
  retryJournalWrite: RetryJournalWrite;
  session: Session;
  signing: Signing;
  /** Delivery in order: see {@link Sequencer}. */
  sequencer: Sequencer;
  ranges: RangeKeeper;
  prover: Prover;
  workers: readonly Worker[];
  requests: WorkerRequests;
  health: Health;
  time: Time;
  random: () => number;
  emit: Emit;
  /** A new envelope id (UUID). */
  newId: () => string;
  /** An unguessable request id, 32 hex digits. */
  newSecretId: () => string;
  /** Ends every wait of the run. */
  signal: AbortSignal;
  /** Aborts earlier, when the operator begins to stop: nothing is retried then, it waits in the journal. */
  stopping: AbortSignal;
  /** Hands a job to the queue that works on its new state. */
  next: (seq: number, state: Waiting) => void;
  /** Room for a job that is sampled as it comes; null when it has to wait in line. */
  reserve: () => Reservation | null;
  /** Whether a job of this kind would be worked on at once. */
  isIdle: (kind: string) => boolean;
  /** Whether an answer that is concluded now would be delivered at once. */
  deliversNow: () => boolean;
  /** Whether several jobs are in progress: then curve arithmetic is offloaded to the crypto worker. */
  isCrowded: () => boolean;
  /** The job is through: accepted or expired. */
  finished: (seq: number) => void;
};
