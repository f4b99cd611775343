import {createServer} from 'node:http';
import {clockToWire} from '../../lib/protocol/clock/vlc.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {loadVrf} from '../../lib/protocol/vrf/ecvrf.ts';
import {createBook, resultsOf, type Book} from './book.ts';
import type {DevDispatcher, DispatcherBase} from './dispatcher.ts';
import {createFrames} from './frames.ts';
import {createApi} from './http.ts';
import {closedError, submitJob, type Hub} from './hub.ts';
import {keepPagesOut} from '../net/gate.ts';
import {listenOn} from '../net/listen.ts';
import {createReports} from './reports.ts';
import {createSelectionCheck, type RangeSource} from './selection.ts';
import {startSockets} from './socket.ts';

export type FriendlyOptions = DispatcherBase & {
  /** Its jobs and results, for a dispatcher that is started again [empty]. */
  book?: Book;
  /** Sends jobs without an accepted result again after each `connect` [true]. */
  redeliver?: boolean;
  /** Answers 400 to a result whose VRF proof or selection is wrong [true]. */
  verifyVrf?: boolean;
  /** The operators' ranges, for `verifyVrf` and `/api/operator/info`; without it only proofs are checked. */
  range?: RangeSource;
  /** `chain.vrf_sort_precision` [6]. */
  precision?: number;
  /** [10 s] */
  pingIntervalMs?: number;
  /** [true]; false: unsigned. */
  signMessages?: boolean;
};

/**
 * A dispatcher as docs/protocol.md would have it: it signs its frames, verifies every frame of operators, checks
 * selections, sends a job again until its result is accepted, and says what is wrong.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE | USAGE for a key that is none
 */
export async function startFriendly(options: FriendlyOptions): Promise<DevDispatcher> {
  const {host = '127.0.0.1', verifyVrf = true, precision = 6, range} = options;
  const operators: Hub['operators'] = new Map();
  const reports = createReports(options.on, () => [...operators.values()].map(({operator}) => operator));
  const hub: Hub = {
    book: options.book ?? createBook(),
    frames: createFrames(options.key, options.signMessages === false ? 'none' : 'all'),
    redeliver: options.redeliver ?? true,
    checkSelection: verifyVrf ? createSelectionCheck(await loadVrf(), range, precision) : null,
    occasions: {connect: 0, dispatch: 0, result: 0, response: 0, halt: 0},
    faults: options.faults ?? {},
    time: options.time ?? systemTime,
    operators,
    emit: reports.emit,
  };

  const http = createServer(createApi(hub, range));
  const sockets = await startSockets(hub, {
    host,
    port: options.wsPort ?? 0,
    pingIntervalMs: options.pingIntervalMs ?? 10_000,
  });
  keepPagesOut(http);
  const httpPort = await listenOn(http, host, options.httpPort ?? 0).catch(async (error: unknown) => {
    await sockets.close();
    throw error;
  });
  const authority = host.includes(':') ? `[${host}]` : host;

  return {
    url: `ws://${authority}:${sockets.port}/ws`,
    httpUrl: `http://${authority}:${httpPort}`,
    address: hub.frames.address,
    submit: (submission) => submitJob(hub, submission),
    stats: reports.stats,
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
    results: (jobId) =>
      resultsOf(hub.book, jobId).map(({clock, ...result}) => ({...result, clock: clockToWire(clock)})),
    waitFor: reports.waitFor,
    setFaults: (faults) => {
      hub.faults = faults;
    },
    disconnectAll: () => {
      for (const connected of [...operators.values()]) connected.drop();
    },
    close: async () => {
      reports.close(closedError());
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
