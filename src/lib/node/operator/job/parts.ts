import type {Prover, Worker} from '../ports.ts';
import type {Sequencer} from '../../../foundation/async/sequencer.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {WorkerKind} from '../../../protocol/wire/messages.ts';
import type {Emit} from '../../events/events.ts';
import type {JobJournal, RequestJournal} from '../../journal/journal.ts';
import type {Health} from '../health.ts';
import type {RangeKeeper} from '../range.ts';
import type {RetryJournalWrite} from '../retry-journal-write.ts';
import type {Session} from '../session.ts';
import type {Signing} from '../signing.ts';
import type {Answering} from './answer.ts';
import type {DeliveryIds} from './delivery-ids.ts';
import type {WorkerRequests} from './worker-requests.ts';

/** Time and chance, and the two ends of a run. */
export type Clocked = {
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Ends every wait of the run. */
  signal: AbortSignal;
  /** Aborts earlier, when the operator is asked to stop: no attempt is repeated after it, the job waits in the journal. */
  stopping: AbortSignal;
};

/** Where the marks of a job go, and who hears of them. */
export type Recording = {
  journal: JobJournal & RequestJournal;
  retryJournalWrite: RetryJournalWrite;
  emit: Emit;
};

/** What the VRF decision about a job takes. */
export type Sampling = Answering & {
  prover: Prover;
  ranges: RangeKeeper;
  /** Kinds of worker that this operator runs. */
  kinds: readonly WorkerKind[];
  vrfSortPrecision: number;
};

/** What an answer by a worker takes. */
export type Workers = Answering & {
  workers: readonly Worker[];
  kinds: readonly WorkerKind[];
  requests: WorkerRequests;
  /** Where workers send their answers. */
  callbackUrl: string;
  /** An unguessable request id, 32 hex digits. */
  newSecretId: () => string;
  health: Health;
  /** A job that none of its steps works on has its answer in the journal now. */
  onAnswered: (seq: number) => void;
};

/** What the way of an answer to the dispatcher takes. */
export type Delivery = {
  nodeId: string;
  session: Session;
  signing: Signing;
  /** Results leave in the order their deliveries began. */
  sequencer: Sequencer;
  ids: DeliveryIds;
  retentionMs: number;
  /** How old the journal is, ms (journal/age-clock.ts). */
  ageNow: () => number;
};
