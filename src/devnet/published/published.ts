import {randomBytes} from 'node:crypto';
import {createServer, type Server} from 'node:http';
import {onAbort} from '../../lib/foundation/async/abort.ts';
import {createLimiter} from '../../lib/foundation/async/limiter.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {
  isJsonNumber,
  isJsonObject,
  parseJson,
  writeJson,
  type JsonValue,
} from '../../lib/protocol/wire/json.ts';
import type {DevDispatcher, DispatcherBase, JobView, ResultView} from '../dispatcher/dispatcher.ts';
import {createFrames} from '../dispatcher/frames.ts';
import {closedError, defaultJob, type Submission} from '../dispatcher/hub.ts';
import {keepPagesOut} from '../net/gate.ts';
import {listenOn} from '../net/listen.ts';
import {createReports} from '../dispatcher/reports.ts';
import {createPublishedApi} from './api.ts';
import {dispatchNewest} from './dispatch.ts';
import {HEAD} from './head.ts';
import type {PublishedHub} from './hub.ts';
import {NEWEST} from './newest.ts';
import {publishedSlot, type AssignRange, type Slot} from './register.ts';
import {serveSockets} from './sockets.ts';
import {addJob, createStore, resultsOfJob, textOf, type JobRow, type ResultRow, type Store} from './store.ts';
import {startTasks} from './tasks.ts';

export type PublishedOptions = DispatcherBase & {
  /** Its tables, for a dispatcher that is started again [empty]. */
  store?: Store;
  /** Puts a newcomer's range on the chain [there is none]. */
  assign?: AssignRange;
  /** The range of a newcomer [one of ten slots of 0.1 %]. */
  slot?: () => Slot;
  /** What a slot is drawn by [Math.random]. */
  random?: () => number;
};

const VERSIONS = {newest: NEWEST, head: HEAD} as const;
/** The clock of every job. */
const CLOCK = {'1': '1'};

/**
 * A dispatcher that behaves as the published programs do, seen from outside. Both ports serve the HTTP API; the
 * WebSocket is on the first.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE | USAGE for a key that is none
 */
export async function startPublished(
  name: keyof typeof VERSIONS,
  options: PublishedOptions,
): Promise<DevDispatcher> {
  const {host = '127.0.0.1', random = Math.random} = options;
  const version = VERSIONS[name];
  const closing = new AbortController();
  const channels: PublishedHub['channels'] = new Map();
  const reports = createReports(options.on, () => [...channels.values()].map(({operator}) => operator));
  const hub: PublishedHub = {
    version,
    store: options.store ?? createStore(),
    lock: createLimiter(1),
    channels,
    closed: closing.signal,
    frames: createFrames(options.key, version.signing),
    occasions: {connect: 0, dispatch: 0, result: 0, response: 0, halt: 0},
    faults: options.faults ?? {},
    time: options.time ?? systemTime,
    emit: reports.emit,
  };
  const {store} = hub;
  const tasks = startTasks(() => hub.lock.run(() => dispatchNewest(hub)), closing.signal);

  const add = (job: Omit<JobRow, 'seq' | 'status' | 'createdAt'>): boolean => {
    const {row, isNew} = addJob(store, {...job, createdAt: hub.time.now()});
    if (isNew) reports.emit({type: 'job_submitted', key: {jobId: row.id, tag: row.tag, position: ''}});
    return isNew;
  };
  const api = createPublishedApi(
    hub,
    async (job, signal) => {
      const id = newId();
      add({id, ...job, clock: CLOCK});
      await tasks.push(signal);
      return id;
    },
    {
      slot: options.slot ?? (() => publishedSlot(random)),
      assign: options.assign ?? (() => Promise.resolve()),
    },
  );
  const submit = (submission: Submission): string => {
    const row = rowOf(submission);
    // Who submits here waits for nothing; a closed dispatcher dispatches nothing.
    if (add(row)) tasks.push(closing.signal).catch(() => {});
    return row.id;
  };

  const [sockets, http] = [createServer(api), createServer(api)];
  const dropSockets = serveSockets(sockets, hub);
  for (const server of [sockets, http]) keepPagesOut(server);
  const wsPort = await listenOn(sockets, host, options.wsPort ?? 0);
  const httpPort = await listenOn(http, host, options.httpPort ?? 0).catch(async (error: unknown) => {
    closing.abort(closedError());
    await closeServer(sockets);
    throw error;
  });
  onAbort(closing.signal, (reason) => hub.lock.close(reason as Error));
  const authority = host.includes(':') ? `[${host}]` : host;

  return {
    url: `ws://${authority}:${wsPort}/ws`,
    httpUrl: `http://${authority}:${httpPort}`,
    address: hub.frames.address,
    submit: (submission) => {
      const jobId = submit(submission);
      return {jobId, tag: store.jobById.get(jobId)?.tag ?? '', position: ''};
    },
    stats: reports.stats,
    jobs: () => store.jobs.map((job) => jobView(job, resultsOfJob(store, job.id))),
    results: (jobId) => resultsOfJob(store, jobId).map(resultView),
    waitFor: reports.waitFor,
    setFaults: (faults) => {
      hub.faults = faults;
    },
    disconnectAll: () => {
      for (const channel of [...channels.values()]) channel.drop();
    },
    close: async () => {
      const reason = closedError();
      closing.abort(reason);
      reports.close(reason);
      dropSockets();
      await Promise.all([closeServer(sockets), closeServer(http)]);
    },
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function newId(): string {
  return randomBytes(32).toString('hex');
}

/** @throws AosError FRAME_* for a job that is no JSON */
function rowOf(submission: Submission): Omit<JobRow, 'seq' | 'status' | 'createdAt'> {
  const {jobId = newId(), user = '', tag = '', clock = CLOCK} = submission;
  return {
    id: jobId,
    user,
    tag,
    job: writeJson(parseJson(Buffer.from(submission.job ?? defaultJob(submission))).value),
    clock,
  };
}

function jobView({id, tag, user, job, clock}: JobRow, results: readonly ResultRow[]): JobView {
  const {value} = parseJson(Buffer.from(job));
  const member = (name: string): string => {
    const found: JsonValue | undefined = isJsonObject(value) ? value.get(name) : undefined;
    return typeof found === 'string' ? found : '';
  };
  return {
    key: {jobId: id, tag, position: ''},
    user,
    kind: member('tag'),
    prompt: member('prompt'),
    clock,
    acceptedFrom: results.map(({operator}) => operator.toLowerCase()),
  };
}

function resultView({operator, tag, result, reason, selected, clock}: ResultRow): ResultView {
  return {operator, tag, result: textOf(result), reason, vrf: {selected}, clock: countersIn(clock)};
}

/** What is a counter in the clock of a result, which was not checked. */
function countersIn(clock: string | null): Record<string, string> {
  const value = clock === null ? null : parseJson(Buffer.from(clock)).value;
  const entries = isJsonObject(value) ? [...value] : [];
  return Object.fromEntries(
    entries.flatMap(([id, counter]) => {
      const text = isJsonNumber(counter) ? counter.text : counter;
      return typeof text === 'string' && /^\d{1,20}$/.test(text) ? [[id, text]] : [];
    }),
  );
}
