import type {Time} from '../../lib/foundation/time/time.ts';
import type {JobKey} from '../../lib/protocol/wire/messages.ts';
import type {DispatcherEvent, DispatcherStats} from './events.ts';
import type {DispatcherFaults} from './faults.ts';
import type {Submission} from './hub.ts';

/** What every dispatcher of the devnet is started with. */
export type DispatcherBase = {
  /** A loopback address [127.0.0.1]. */
  host?: string;
  /** [0: a free port] */
  wsPort?: number;
  /** [0: a free port] */
  httpPort?: number;
  /** The dispatcher's development key, 32 bytes as hex. */
  key: string;
  /** Called synchronously for everything that happens; must not throw. */
  on?: (event: DispatcherEvent) => void;
  faults?: DispatcherFaults;
  /** By which it waits [the machine's]. */
  time?: Time;
};

/** One job as {@link DevDispatcher.jobs} has it. */
export type JobView = {
  key: JobKey;
  user: string;
  kind: string;
  prompt: string;
  clock: Readonly<Record<string, string>>;
  /** Operators whose result was accepted, lower case. */
  acceptedFrom: string[];
};

/** One kept result. */
export type ResultView = {
  readonly operator: string;
  readonly tag: string;
  readonly result: string;
  readonly reason: string;
  readonly vrf: {readonly selected: boolean};
  /** The clock of the answer: ids and counters in decimal; empty where it is none. */
  readonly clock: Readonly<Record<string, string>>;
};

export type DevDispatcher = {
  /** ws://host:port/ws */
  readonly url: string;
  /** http://host:port */
  readonly httpUrl: string;
  /** Checksummed; what `node.dispatcher_address` is, where anything is signed. */
  readonly address: string;
  /**
   * Takes a job and sends it to every connected operator. Without one it waits for the next (friendly), or for ever.
   * @throws AosError MESSAGE_INVALID | FRAME_* | CLOCK_INVALID | CLOCK_OVERFLOW
   */
  submit(submission: Submission): JobKey;
  stats(): DispatcherStats;
  /** In order of submission. */
  jobs(): JobView[];
  results(jobId: string): readonly ResultView[];
  /**
   * Resolves as soon as `condition` is true; it is checked at once and after every event.
   * Rejects with the signal's reason, or with DEVNET_FAILED when the dispatcher closes first.
   */
  waitFor(condition: (stats: DispatcherStats) => boolean, signal?: AbortSignal): Promise<DispatcherStats>;
  /** From now on; the counts of occasions continue. */
  setFaults(faults: DispatcherFaults): void;
  /** Hangs up on every operator without a closing handshake; they may connect again. */
  disconnectAll(): void;
  close(): Promise<void>;
};
