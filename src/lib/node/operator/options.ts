import type {VerifyDispatcher} from '../../config/config.ts';
import type {SteadyTime} from '../../foundation/time/steady-time.ts';
import type {OperatorEvent} from '../events/events.ts';
import type {Journal} from '../journal/journal.ts';
import type {StandingReader} from '../standing/reading.ts';
import type {RunChecks} from './check-port.ts';
import type {DiskReader} from './disk-watch.ts';
import type {EvidencePort} from './evidence-limit.ts';
import type {
  BlockReader,
  DispatcherConnection,
  Prover,
  RangeReader,
  ResultReader,
  Signer,
  WatchedWorker,
  Worker,
} from './ports.ts';

/** What an operator is and how it works; durations in ms. */
export type OperatorOptions = {
  nodeId: string;
  clockId: bigint | null;
  callbackUrl: string;
  /** The network is on this machine (a devnet), so what asks over loopback is the network. */
  countsLocalProbes: boolean;
  /** The interval of the online detection. */
  probeIntervalMs: number;
  vrfSortPrecision: number;
  /** How long a job that is over stays whole in the journal, and how long what is packed of it. */
  evidenceMs: number;
  retentionMs: number;
  network: string;
  version: string;
  /** For display only. */
  dispatcherUrl: string;
  verifyDispatcher: VerifyDispatcher;
  dispatcherAddress: string | null;
  /** So much time connected without a job is a problem; null: it is worked out from the jobs before. */
  noJobAfterMs: number | null;
  rangeRefreshMs: number;
  /** How long to wait for jobs in progress when the operator stops. */
  shutdownGraceMs: number;
  /** Stop after so many jobs that were accepted, or left unanswered; null: never. */
  maxAccepted: number | null;
};

/** The outside world, as types; `aos run` brings the real ones. */
export type OperatorDeps = {
  time: SteadyTime;
  /** Uniform in [0, 1). */
  random: () => number;
  /** A new envelope id (UUID). */
  newId: () => string;
  /** An unguessable id, 32 hex digits. */
  newSecretId: () => string;
  signer: Signer;
  connection: DispatcherConnection;
  rangeReader: RangeReader;
  blockReader: BlockReader;
  /** Without it what the chain says of this operator is not read. */
  standingReader?: StandingReader;
  /** Whether the rules of a restored journal hold now; absent: it is none. They need `resultReader`. */
  isRestored?: (() => boolean) | undefined;
  /** Without it the kept results are not compared with the journal. */
  resultReader?: ResultReader;
  workers: readonly (Worker & WatchedWorker)[];
  /** What answers go through before they are delivered; absent: nothing. */
  checks?: RunChecks;
  journal: Journal;
  /** Keeps receipts past the evidence period; absent: none are kept. */
  evidence?: EvidencePort | undefined;
  /** The disk that the journal is on. */
  disk: DiskReader;
  prover: Prover;
  /** Reads every event; must not throw or wait. */
  onEvent: (event: OperatorEvent) => void;
};
