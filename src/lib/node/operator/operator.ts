import type {VerifyDispatcher} from '../../config/config.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import type {Time} from '../../foundation/time/time.ts';
import {noteClocks} from './clock-watch.ts';
import {connectionHandlers} from './connection-handlers.ts';
import {createRetryJournalWrite} from './retry-journal-write.ts';
import type {OperatorEvent, OperatorEventBody, Summary} from '../events/events.ts';
import {createHealth} from './health.ts';
import {keepTidy} from './housekeeping.ts';
import {createInbox} from './inbox.ts';
import {createIntake} from './intake.ts';
import type {
  BlockReader,
  DispatcherConnection,
  Prover,
  RangeReader,
  Signer,
  WatchedWorker,
  Worker,
} from './ports.ts';
import {createProbes} from './probes.ts';
import {type CallbackReply, createWorkerRequests} from './job/worker-requests.ts';
import {createRangeKeeper} from './range.ts';
import {createSession} from './session.ts';
import {createSignerWatch} from './signer-watch.ts';
import {createSigning} from './signing.ts';
import {createStopping, drain} from './stopping.ts';
import {summarise} from '../events/tally.ts';
import {createEventStream} from './event-stream.ts';
import {allowManyListeners} from '../../foundation/async/abort.ts';
import {createSequencer} from '../../foundation/async/sequencer.ts';
import {watchParts} from './watching.ts';
import {createWorkerChecks, type WorkerChecks} from './worker-check/worker-checks.ts';
import {createDeliver} from './job/deliver.ts';
import {createReceive} from './job/receive.ts';
import {createSample} from './job/sample.ts';
import {createSampler} from './job/sampler.ts';
import {createScheduler} from './job/scheduler.ts';
import {createWork} from './job/work.ts';
import type {Journal} from '../journal/journal.ts';

export type OperatorOptions = {
  nodeId: string;
  clockId: bigint | null;
  callbackUrl: string;
  vrfSortPrecision: number;
  retentionMs: number;
  network: string;
  version: string;
  /** For display only. */
  dispatcherUrl: string;
  verifyDispatcher: VerifyDispatcher;
  dispatcherAddress: string | null;
  rangeRefreshMs: number;
  /** How long to wait for jobs in progress when the operator stops. */
  shutdownGraceMs: number;
  /** Stop after so many accepted results; null: never. */
  maxAccepted: number | null;
};

/** The outside world, as types; `aos run` brings the real ones. */
export type OperatorDeps = {
  time: Time;
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
  workers: readonly (Worker & WatchedWorker)[];
  journal: Journal;
  prover: Prover;
  /** Reads every event; must not throw or wait. */
  onEvent: (event: OperatorEvent) => void;
};

export type Operator = {
  /**
   * Works until `stop` aborts (its reason is a StopReason) or enough results are accepted, finishes what is in
   * hand, and resolves with what the run amounted to.
   */
  run(stop: AbortSignal): Promise<Summary>;
  /** A worker called back. */
  onCallback(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
  /** Checks the workers of a kind, with requests that take places as those of jobs do. */
  checkWorkers: WorkerChecks['ofKind'];
  /** The network asked over HTTP whether we are alive, and was answered. */
  onHttpProbe(): void;
  /** What the journal has taken does not get to the disk; null: it does again. */
  onDisk(error: AosError | null): void;
  /** Tells something through the event stream. */
  emit(event: OperatorEventBody): void;
};

// eslint-disable-next-line max-lines-per-function -- the root that puts the parts of the operator together
export function createOperator(options: OperatorOptions, deps: OperatorDeps): Operator {
  const {time, connection} = deps;
  const {journal, merged} = noteClocks(deps.journal);
  const kinds = deps.workers.map((worker) => worker.kind);
  const ended = new AbortController();
  const {signal} = ended;
  const stopped = new AbortController();
  // Every job in progress listens to both.
  allowManyListeners(signal, stopped.signal);
  const events = createEventStream(deps.onEvent, time);
  const {emit} = events;

  const health = createHealth(emit, time);
  const signers = createSignerWatch(deps.signer, {time, emit, health});
  const signing = createSigning(signers.signer, {time, random: deps.random, health});
  const ranges = createRangeKeeper({
    reader: deps.rangeReader,
    journal,
    refreshMs: options.rangeRefreshMs,
    time,
    random: deps.random,
    emit,
    health,
  });
  const requests = createWorkerRequests({journal, time, emit, newSecretId: deps.newSecretId});
  const stopping = createStopping();

  const session = createSession({
    connection,
    signing,
    nodeId: options.nodeId,
    kinds,
    url: options.dispatcherUrl,
    signal,
    newId: deps.newId,
    time,
    emit,
    health,
    onConnected: () => ranges.refresh(),
  });

  const retryJournalWrite = createRetryJournalWrite({time, random: deps.random, health, signal});
  const scheduler = createScheduler({
    journal,
    workers: deps.workers,
    emit,
    time,
    signal,
    stopping: stopped.signal,
    maxAccepted: options.maxAccepted,
    accepted: () => events.tally().accepted,
    onEnough: () => stopping.ask('jobs'),
  });
  const clocked = {time, random: deps.random, signal, stopping: stopped.signal};
  const recording = {journal, retryJournalWrite, emit};
  const {nodeId, clockId, callbackUrl, vrfSortPrecision, retentionMs} = options;
  const sampling = {nodeId, clockId, kinds, vrfSortPrecision, ranges, prover: deps.prover};
  const checks = createWorkerChecks({...deps, nodeId, callbackUrl, signal});
  const working = {
    nodeId,
    clockId,
    kinds,
    callbackUrl,
    workers: deps.workers,
    requests,
    newSecretId: deps.newSecretId,
    health,
  };
  const sampler = createSampler({...sampling, time, emit});
  const jobs = {...recording, ...clocked, ...working, ranges, sampler, load: scheduler};
  const steps = {
    sample: createSample(jobs),
    work: createWork(jobs),
    deliver: createDeliver({
      ...recording,
      ...clocked,
      nodeId,
      session,
      signing,
      sequencer: createSequencer(),
      newId: deps.newId,
      retentionMs,
    }),
  };

  const inbox = createInbox(
    {verify: options.verifyDispatcher, dispatcherAddress: options.dispatcherAddress, time, emit},
    {
      onReply: (id, reply) => session.onReply(id, reply),
      refuse: (id, reply) => session.respond(id, reply),
      // After the last wanted result nothing more is acknowledged.
      onJobs: createIntake({
        receive: createReceive({...jobs, session, scheduler}),
        connection,
        emit,
        time,
        signal,
        isClosed: () => stopping.reason() === 'jobs',
      }),
    },
  );

  const probed = createProbes({journal, time, emit, health});

  function pending(): number {
    const {received, selected, concluded, signed} = journal.counts();
    return received + selected + concluded + signed;
  }

  async function watch(startedAt: number): Promise<void> {
    const pendingAtStart = pending();
    await watchParts({
      journal,
      merged,
      clockId: options.clockId ?? 1n,
      signers,
      workers: deps.workers,
      blockReader: deps.blockReader,
      sumUp: () => {
        const tally = events.tally();
        return {
          ...tally,
          rejected: inbox.rejected(),
          inProgress: scheduler.busy(true),
          // Counted from what this run saw: counting the journal's rows takes long in a large one.
          pending: pendingAtStart + tally.received - tally.accepted - events.expired(),
          uptimeMs: Math.round(time.monotonic() - startedAt),
        };
      },
      time,
      random: deps.random,
      emit,
      health,
      signal,
      stopping: stopped.signal,
    });
  }

  async function work(stop: AbortSignal): Promise<Summary> {
    const started = time.monotonic();
    const {nodeId, network, version} = options;
    const why = stopping.asked(stop);

    emit({
      type: 'started',
      nodeId,
      network,
      version,
      vrfPublicKey: deps.prover.publicKey,
      workers: kinds,
      pending: pending(),
    });
    const ranging = ranges.run(signal);
    const watching = watch(started).catch((error: unknown) =>
      emit({
        type: 'warning',
        code: 'BUG',
        message: `the parts are not watched any more: ${errorText(error)}`,
      }),
    );
    const tidying = keepTidy({journal, time, health, retentionMs: options.retentionMs, signal});
    scheduler.start(steps);
    emit({type: 'connecting', url: options.dispatcherUrl});
    const connecting = connection.run(connectionHandlers({session, inbox, probed, emit, health}), signal);

    const reason = await why;
    scheduler.stop();
    stopped.abort(new AosError('INTERRUPTED', 'the operator stops'));
    // What is lost for good is not waited for.
    const graceMs = reason === 'fatal' ? 0 : options.shutdownGraceMs;
    emit({type: 'stopping', reason, inProgress: scheduler.busy(true), graceMs});
    // As far as they can still end: without a dispatcher no answer can be delivered.
    await drain(() => scheduler.busy(session.connected()), graceMs, time);
    ended.abort(new AosError('INTERRUPTED', 'the operator stops'));
    await Promise.all([ranging, tidying, connecting, watching]);
    const summary = summarise(
      {...events.tally(), rejected: inbox.rejected()},
      {
        pending: pending(),
        durationMs: Math.round(time.monotonic() - started),
        reason,
      },
    );
    emit({type: 'summary', ...summary, liveness: events.liveness()});
    return summary;
  }

  return {
    async run(stop) {
      try {
        return await work(stop);
      } finally {
        // Also after a failure: a running loop would keep the process alive.
        stopped.abort(new AosError('INTERRUPTED', 'the operator stops'));
        ended.abort(new AosError('INTERRUPTED', 'the operator stops'));
      }
    },
    onCallback: async (kind, body) => checks.take(kind, body) ?? requests.take(kind, body),
    checkWorkers: checks.ofKind,
    onHttpProbe: () => probed('http'),
    onDisk(error) {
      if (error === null) health.worked('journal', 'sync');
      else health.failed('journal', error, 'sync');
    },
    emit,
  };
}
