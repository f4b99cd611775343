import {setMaxListeners} from 'node:events';
import type {VerifyDispatcher} from '../config/config.ts';
import {AosError, errorText} from '../errors.ts';
import type {WorkerKind} from '../protocol/messages.ts';
import type {Time} from '../time.ts';
import {watchBlocks} from './block-watch.ts';
import {createBucket} from './bucket.ts';
import {noteClocks, watchClock} from './clock-watch.ts';
import {createDurably} from './durable.ts';
import type {LivenessFacts, OperatorEvent, OperatorEventBody, StopReason, Summary} from './events.ts';
import {every} from './every.ts';
import {createHealth} from './health.ts';
import {keepTidy} from './housekeeping.ts';
import {createInbox} from './inbox.ts';
import {createIntake} from './intake.ts';
import {createJobSteps} from './job.ts';
import type {PipelineOptions} from './pipeline.ts';
import type {
  BlockReader,
  DispatcherConnection,
  Journal,
  Prover,
  RangeReader,
  Signer,
  Worker,
} from './ports.ts';
import {type CallbackReply, createQuestions} from './questions.ts';
import {createRangeKeeper} from './range.ts';
import {createSession} from './session.ts';
import {createSignerWatch} from './signer-watch.ts';
import {createSigning} from './signing.ts';
import {countEvent, emptyTally, summarise} from './tally.ts';
import {createTurns} from './turns.ts';
import {watchWorkers} from './worker-watch.ts';
import {createWorkload} from './workload.ts';

export type OperatorOptions = Omit<PipelineOptions, 'kinds'> & {
  network: string;
  version: string;
  /** For display only. */
  dispatcherUrl: string;
  verifyDispatcher: VerifyDispatcher;
  dispatcherAddress: string | null;
  rangeRefreshMs: number;
  /** How long jobs in hand are waited for when the run is told to stop. */
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
  workers: readonly Worker[];
  journal: Journal;
  prover: Prover;
  /** Reads every event; must not throw or wait. */
  onEvent: (event: OperatorEvent) => void;
};

export type Operator = {
  /**
   * Works until `stop` aborts (its reason is the {@link StopReason}) or enough results are accepted, finishes what is in
   * hand, and resolves with what the run amounted to.
   */
  run(stop: AbortSignal): Promise<Summary>;
  /** A worker called back. */
  onCallback(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
  /** The network asked over HTTP whether we are alive, and was answered. */
  onHttpProbe(): void;
  /** Tells something through the event stream. */
  tell(event: OperatorEventBody): void;
};

/** Probes told and journalled at most; anyone may ask /ping as often as they like. */
const PROBES_PER_SECOND = 2;
/** How often the run is summed up. */
const SUM_UP_EVERY_MS = 60_000;
/** How often the end of the jobs in hand is looked for, once told to stop. */
const DRAIN_POLL_MS = 20;

export function createOperator(options: OperatorOptions, deps: OperatorDeps): Operator {
  const {time, connection} = deps;
  const {journal, merged} = noteClocks(deps.journal);
  const kinds = deps.workers.map((worker) => worker.kind);
  const ended = new AbortController();
  const {signal} = ended;
  const stopped = new AbortController();
  // Every job in hand listens to it; that many are no leak.
  setMaxListeners(0, signal, stopped.signal);
  let eventSeq = 0;
  let tally = emptyTally;
  let expired = 0;
  let liveness: LivenessFacts | null = null;
  let summarised = false;

  const emit = (body: OperatorEventBody): void => {
    // The summary is the last word: what the run left under way has nothing to add.
    if (summarised) return;
    summarised = body.type === 'summary';
    eventSeq += 1;
    tally = countEvent(tally, body);
    if (body.type === 'result_expired') expired += 1;
    if (body.type === 'liveness') {
      const {type: _type, ...facts} = body;
      liveness = facts;
    }
    deps.onEvent({seq: eventSeq, at: time.now(), ...body});
  };

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
  const questions = createQuestions({journal, time, emit, newSecretId: deps.newSecretId});

  let stopping: StopReason | undefined;
  let onStop: (reason: StopReason) => void = () => {};

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

  const durably = createDurably({time, random: deps.random, health, signal});
  const workload = createWorkload({
    steps: {
      sample: (seq) => steps.sample(seq),
      work: (seq) => steps.work(seq),
      deliver: (seq) => steps.deliver(seq),
    },
    journal,
    workers: deps.workers,
    emit,
    signal,
    maxAccepted: options.maxAccepted,
    accepted: () => tally.accepted,
    onEnough: () => onStop('jobs'),
  });
  const steps = createJobSteps({
    options: {...options, kinds},
    journal,
    durably,
    session,
    signing,
    turns: createTurns(),
    ranges,
    prover: deps.prover,
    workers: deps.workers,
    questions,
    health,
    time,
    random: deps.random,
    emit,
    newId: deps.newId,
    newSecretId: deps.newSecretId,
    signal,
    stopping: stopped.signal,
    next: workload.next,
    place: workload.place,
    isIdle: workload.isIdle,
    deliversNow: workload.deliversNow,
    isCrowded: workload.isCrowded,
    finished: workload.finished,
  });

  const inbox = createInbox(
    {verify: options.verifyDispatcher, dispatcherAddress: options.dispatcherAddress, time, emit},
    {
      onReply: (id, reply) => session.settle(id, reply),
      refuse: (id, reply) => session.respond(id, reply),
      // After the last wanted result nothing more is acknowledged.
      onJobs: createIntake({
        receive: steps.receive,
        connection,
        emit,
        time,
        signal,
        isClosed: () => stopping === 'jobs',
      }),
    },
  );

  const mayTellProbe = createBucket(PROBES_PER_SECOND, time);

  function probed(via: 'http' | 'websocket'): void {
    if (!mayTellProbe()) return;
    emit({type: 'probe_answered', via});
    journal
      .read({event: 'probe_answered', ref: via, merge: null}, time.now())
      .catch((error: unknown) => health.failed('journal', error));
  }

  function pending(): number {
    const {received, selected, concluded, signed} = journal.counts();
    return received + selected + concluded + signed;
  }

  /** What is told about the parts while they work, until the signals abort; each by itself, none waited for. */
  async function watch(startedAt: number): Promise<void> {
    const pendingAtStart = pending();
    const clockId = options.clockId ?? 1n;
    await Promise.all([
      watchClock({journal, merged, clockId, time, emit, signal}),
      // Not while it finishes: nobody waits for news of parts that are needed no more.
      signers.run(stopped.signal),
      watchWorkers({workers: deps.workers, health, time, signal: stopped.signal}),
      watchBlocks({
        reader: deps.blockReader,
        time,
        random: deps.random,
        emit,
        health,
        signal: stopped.signal,
      }),
      every(SUM_UP_EVERY_MS, {time, signal: stopped.signal}, () => {
        const {received, accepted} = tally;
        emit({
          type: 'minute',
          ...tally,
          rejected: inbox.rejected(),
          inHand: workload.busy(true),
          // Counted from what this run saw: counting the journal's rows takes long in a large one.
          pending: pendingAtStart + received - accepted - expired,
          uptimeMs: Math.round(time.monotonic() - startedAt),
        });
      }),
    ]);
  }

  /** Waits for the jobs in hand, as far as they can still end: without a dispatcher no answer can be delivered. */
  async function drain(graceMs: number): Promise<void> {
    const until = time.monotonic() + graceMs;
    while (workload.busy(session.connected()) > 0 && time.monotonic() < until)
      await time.sleep(DRAIN_POLL_MS);
  }

  async function work(stop: AbortSignal): Promise<Summary> {
    const started = time.monotonic();
    const {nodeId, network, version} = options;
    const why = new Promise<StopReason>((resolve) => {
      onStop = (reason) => {
        stopping ??= reason;
        resolve(stopping);
      };
    });
    const onAbort = (): void => onStop(stop.reason as StopReason);
    if (stop.aborted) onAbort();
    stop.addEventListener('abort', onAbort, {once: true});

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
    workload.resume();
    emit({type: 'connecting', url: options.dispatcherUrl});
    const connecting = connection.run(
      {
        onOpen: () => session.opened(),
        onFrame: (bytes) => {
          try {
            inbox.take(bytes);
          } catch (error) {
            // A bug of ours: the frame is lost, the node is not.
            emit({type: 'warning', code: 'BUG', message: `a frame could not be read: ${errorText(error)}`});
          }
        },
        onPing: () => probed('websocket'),
        onClose: (reason, retryInMs) => {
          session.closed();
          if (retryInMs === undefined) return;
          emit({type: 'disconnected', reason, retryInMs});
          health.failed('dispatcher', new AosError('DISPATCHER_UNREACHABLE', reason));
        },
      },
      signal,
    );

    const reason = await why;
    workload.stop();
    stopped.abort(new AosError('INTERRUPTED', 'the operator stops'));
    // What is lost for good is not waited for.
    const graceMs = reason === 'fatal' ? 0 : options.shutdownGraceMs;
    emit({type: 'stopping', reason, inHand: workload.busy(true), graceMs});
    await drain(graceMs);
    ended.abort(new AosError('INTERRUPTED', 'the operator stops'));
    await Promise.all([ranging, tidying, connecting, watching]);
    const summary = summarise(
      {...tally, rejected: inbox.rejected()},
      {
        pending: pending(),
        durationMs: Math.round(time.monotonic() - started),
        reason,
      },
    );
    emit({type: 'summary', ...summary, liveness});
    return summary;
  }

  return {
    async run(stop) {
      try {
        return await work(stop);
      } finally {
        // Also after a failure: a loop that goes on would keep the process from ending.
        stopped.abort(new AosError('INTERRUPTED', 'the operator stops'));
        ended.abort(new AosError('INTERRUPTED', 'the operator stops'));
      }
    },
    onCallback: (kind, body) => questions.take(kind, body),
    onHttpProbe: () => probed('http'),
    tell: emit,
  };
}
