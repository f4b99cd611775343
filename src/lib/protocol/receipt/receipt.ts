import type {Clock} from '../clock/vlc.ts';
import type {Reading} from '../clock/readings.ts';
import type {SamplingRange} from '../vrf/sampling.ts';
import type {VrfFields, WorkerKind} from '../wire/messages.ts';

/** The operator's share of the numbers, and how many hex digits of the random value make the number. */
export type ReceiptRange = Pick<SamplingRange, 'start' | 'end' | 'max'> & {precision: number};

/** A proof, and the SHA-256 of the files that it was checked by, in lower-case hex; null where none is used. No signature covers them. */
export type ReceiptProof = {
  /** A proof file with its public values and its proof, and nothing else of the one that was fetched. */
  bytes: Uint8Array;
  vkSha256: string;
  settingsSha256: string | null;
  srsSha256: string | null;
};

/** What a worker sent as the answer. */
export type ReceiptAnswer = {
  kind: WorkerKind;
  /** The body of its callback, or of its reply, byte for byte. */
  body: Uint8Array;
  /** The proof that a zkml worker was asked about; null: it is not kept. */
  proof: ReceiptProof | null;
  /** Unix ms. */
  askedAt: number | null;
  answeredAt: number | null;
};

/**
 * The evidence of one job, which others can check without the journal and without any network (docs/verification.md). Null: it
 * is not here.
 */
export type Receipt = {
  /** The address that the result claims. */
  operator: string;
  /** The dispatcher's message byte for byte, and which of its params is the job. */
  frame: {bytes: Uint8Array; index: number} | null;
  vrf: VrfFields;
  /** What the job was sampled with. */
  range: ReceiptRange | null;
  /** The clock of the job, and the one of the result. */
  clock: {before: Clock | null; after: Clock};
  /** The message with the result as it was signed and sent, byte for byte. */
  result: Uint8Array;
  worker: ReceiptAnswer | null;
  /** Readings about the job, in order; of a job without many readings beside it all from the first to the last. */
  readings: readonly Reading[];
  /** The message by which the dispatcher accepted the result, byte for byte. */
  reply: Uint8Array | null;
};

/** The same of a job that may be open: what the journal has of it. */
export type JobEvidence = Pick<Receipt, 'operator' | 'frame' | 'range' | 'worker' | 'readings' | 'reply'> & {
  vrf: VrfFields | null;
  clock: Receipt['clock'] | null;
  result: Uint8Array | null;
  /** The element of job_result that is stored; null: there is none, or none is left. */
  content: string | null;
};

/** A range as the one who checks knows it. */
export type KnownRange = Pick<ReceiptRange, 'start' | 'end' | 'max'>;

/** The parties as the one who checks knows them: nothing of a receipt says whom to trust. */
export type Parties = {
  operator: string;
  /** Null: not known. */
  dispatcher: string | null;
  /** Other addresses that the dispatcher signed with, before it got this one. */
  formerDispatchers: readonly string[];
  /** Those that the operator had, one after the other; none: not known. */
  ranges: readonly KnownRange[];
  precision: number;
};
