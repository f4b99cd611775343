import {createServer} from 'node:http';
import {linkedAbort} from '../../lib/foundation/async/abort.ts';
import {createCondition} from '../../lib/foundation/async/condition.ts';
import {clockToWire} from '../../lib/protocol/clock/vlc.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import type {Time} from '../../lib/foundation/time/time.ts';
import type {JobKey} from '../../lib/protocol/wire/messages.ts';
import {loadVrf} from '../../lib/protocol/vrf/ecvrf.ts';
import {createBook, resultsOf, type AcceptedResult} from './book.ts';
import {countEvent, emptyStats, type DispatcherEvent, type DispatcherStats} from './events.ts';
import type {DispatcherFaults} from './faults.ts';
import {createFrames} from './frames.ts';
import {createApi} from './http.ts';
import {closedError, submitJob, type Hub, type Submission} from './hub.ts';
import {createSelectionCheck, type RangeSource} from './selection.ts';
import {startSockets} from './socket.ts';
import {listenOn} from '../net/listen.ts';

export type DispatcherOptions = {
  /** A loopback address [127.0.0.1]. */
  host?: string;
  /** [0: a free port] */
  wsPort?: number;
  /** [0: a free port] */
  httpPort?: number;
  /** The dispatcher's development key, 32 bytes as hex. */
  key: string;
  /** Sends jobs without an accepted result again after each `connect` [true]; false: as the public dispatcher. */
  redeliver?: boolean;
  /** Answers 400 to a result whose VRF proof or selection is wrong [true]. */
  verifyVrf?: boolean;
  /** The operators' ranges, for `verifyVrf` and `/api/operator/info`; without it only proofs are checked. */
  range?: RangeSource;
  /** `chain.vrf_sort_precision` [6]. */
  precision?: number;
  /** [10 s] */
  pingIntervalMs?: number;
  /** [true]; false: unsigned, as the public dispatcher. */
  signMessages?: boolean;
  /** Called synchronously for everything that happens; must not throw. */
  on?: (event: DispatcherEvent) => void;
  faults?: DispatcherFaults;
  /** By which frames are delayed [the machine's]. */
  time?: Time;
};

/** One job as {@link DevDispatcher.jobs} tells it. */
export type JobView = {
  key: JobKey;
  user: string;
  kind: string;
  prompt: string;
  clock: Record<string, string>;
  /** Operators whose result was accepted, lower case. */
  acceptedFrom: string[];
};

export type DevDispatcher = {
  /** ws://host:port/ws */
  readonly url: string;
  /** http://host:port */
  readonly httpUrl: string;
  /** Checksummed; what `node.dispatcher_address` is. */
  readonly address: string;
  /**
   * Takes a job and sends it to every connected operator; without one it waits for the next.
   * @throws AosError MESSAGE_INVALID | FRAME_* | CLOCK_INVALID | CLOCK_OVERFLOW
   */
  submit(submission: Submission): JobKey;
  stats(): DispatcherStats;
  /** In order of submission. */
  jobs(): JobView[];
  results(jobId: string): AcceptedResult[];
  /**
   * Resolves as soon as `condition` is true; it is checked at once and after every event.
   * Rejects with the signal's reason, or with DEVNET_FAILED when the dispatcher closes first.
   */
  waitFor(condition: (stats: DispatcherStats) => boolean, signal?: AbortSignal): Promise<DispatcherStats>;
  /** From now on; the counts of occasions go on. */
  setFaults(faults: DispatcherFaults): void;
  /** Hangs up on every operator without a closing handshake; they may connect again. */
  disconnectAll(): void;
  close(): Promise<void>;
};

/**
 * A dispatcher of the AOS network on this machine: WebSocket and HTTP API of docs/protocol.md#envelope and
 * docs/protocol.md#messages. It signs its frames, verifies every frame of operators, and keeps all jobs and results in
 * memory.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE | USAGE for a key that is none
 */
export async function startDispatcher(options: DispatcherOptions): Promise<DevDispatcher> {
  const {host = '127.0.0.1', verifyVrf = true, precision = 6, range} = options;
  const monotonic = (): number => performance.now();
  const stats = emptyStats();
  const news = createCondition();
  const hub: Hub = {
    book: createBook(),
    frames: createFrames(options.key, options.signMessages ?? true),
    redeliver: options.redeliver ?? true,
    checkSelection: verifyVrf ? createSelectionCheck(await loadVrf(), range, precision) : null,
    occasions: {connect: 0, dispatch: 0, result: 0, response: 0},
    faults: options.faults ?? {},
    time: options.time ?? systemTime,
    operators: new Map(),
    emit: (event) => {
      countEvent(stats, event);
      options.on?.({at: monotonic(), ...event});
      news.changed();
    },
  };
  const snapshot = (): DispatcherStats => ({
    ...stats,
    refused: {...stats.refused},
    rejected: {...stats.rejected},
    connected: [...hub.operators.values()].map(({operator}) => operator),
  });

  const http = createServer(createApi(hub, range));
  const sockets = await startSockets(hub, {
    host,
    port: options.wsPort ?? 0,
    pingIntervalMs: options.pingIntervalMs ?? 10_000,
  });
  const httpPort = await listenOn(http, host, options.httpPort ?? 0).catch(async (error: unknown) => {
    await sockets.close();
    throw error;
  });
  const closed = new AbortController();
  const authority = host.includes(':') ? `[${host}]` : host;

  return {
    url: `ws://${authority}:${sockets.port}/ws`,
    httpUrl: `http://${authority}:${httpPort}`,
    address: hub.frames.address,
    submit: (submission) => submitJob(hub, submission),
    stats: snapshot,
    jobs: () =>
      hub.book.works.map(({seq, key, user, kind, prompt, clock}) => ({
        key,
        user,
        kind,
        prompt,
        clock: clockToWire(clock),
        acceptedFrom: [...hub.book.accepted]
          .filter(([, results]) => results.has(seq))
          .map(([operator]) => operator),
      })),
    results: (jobId) => resultsOf(hub.book, jobId),
    async waitFor(condition, signal) {
      const {controller: either, unlink} = linkedAbort(signal, closed.signal);
      let now = snapshot();
      try {
        await news.until(() => condition((now = snapshot())), either.signal);
        return now;
      } finally {
        unlink();
      }
    },
    setFaults: (faults) => {
      hub.faults = faults;
    },
    disconnectAll: () => {
      for (const connected of [...hub.operators.values()]) connected.drop();
    },
    close: async () => {
      closed.abort(closedError());
      await Promise.all([
        sockets.close(),
        new Promise<void>((resolve) => {
          http.close(() => resolve());
          http.closeAllConnections();
        }),
      ]);
    },
  };
}
