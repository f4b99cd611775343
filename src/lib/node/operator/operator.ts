import {AosError, errorText} from '../../foundation/errors/error.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import {noteClocks} from './clock-watch.ts';
import {createDoor, type Door} from './drain/door.ts';
import {createRetryJournalWrite} from './retry-journal-write.ts';
import type {OperatorEventBody, Summary} from '../events/events.ts';
import {createHealth} from './health.ts';
import {createClockGuard} from './clock-guard.ts';
import {keepTidy} from './housekeeping.ts';
import {createIncoming} from './incoming.ts';
import {createPortWatch} from './port-watch.ts';
import {createProbes} from './probes.ts';
import {createDeliveryIds} from './job/delivery-ids.ts';
import {createLateReplies} from './job/late-replies.ts';
import type {Caller} from './http/caller.ts';
import type {PortRefusal} from './http/options.ts';
import {createAnswers} from './job/answers.ts';
import type {CallbackReply} from './job/worker-requests.ts';
import type {ReleaseAnswer} from './release-answer.ts';
import {createRangeKeeper} from './range.ts';
import {createRootWatch} from './root-watch.ts';
import {createSession} from './session.ts';
import {createWorkFlow} from './work-flow.ts';
import {createSignerWatch} from './signer-watch.ts';
import {createSigning} from './signing.ts';
import {createStopping, drain} from './stopping.ts';
import {summarise} from '../events/tally.ts';
import {createEventStream} from './event-stream.ts';
import {allowManyListeners} from '../../foundation/async/abort.ts';
import {watchSecondOperator} from './second-operator/watch.ts';
import {watchParts} from './watching.ts';
import {fixedChecks} from './check-port.ts';
import {createWorkerChecks, type WorkerChecks} from './worker-check/worker-checks.ts';
import {createAskAgain, type AskAgain} from './ask-again.ts';
import {createPipeline} from './job/pipeline.ts';
import {createScheduler} from './job/scheduler.ts';
import type {OperatorDeps, OperatorOptions} from './options.ts';

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
  /** Jobs are to be asked about again. */
  askAgain: AskAgain;
  /** The held answer of a job is to be delivered. */
  release: ReleaseAnswer;
  /** Its place at the dispatcher, which it leaves while it is drained. */
  door: Door;
  /** `/ping` was asked, and answered. */
  onHttpProbe(caller: Caller): void;
  /** The HTTP server refused a connection or a request. */
  onRefused(refusal: PortRefusal): void;
  /** Whether a callback with this id answers a request of ours. */
  isKnownRequest(requestId: string): Promise<boolean>;
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
  const listeners = [deps.onEvent];
  const events = createEventStream((event) => listeners.forEach((listener) => listener(event)), time);
  const {emit} = events;

  const health = createHealth(emit, time);
  const signers = createSignerWatch(deps.signer, {time, emit, health});
  const signing = createSigning(signers.signer, {time, random: deps.random, health});
  const ranges = createRangeKeeper({
    reader: deps.rangeReader,
    journal,
    refreshMs: options.rangeRefreshMs,
    precision: options.vrfSortPrecision,
    time,
    random: deps.random,
    emit,
    health,
  });
  const {nodeId, clockId, callbackUrl} = options;
  const retryJournalWrite = createRetryJournalWrite({time, random: deps.random, health, signal});
  const onAnswered = (seq: number): void => scheduler.answered(seq);
  const {requests, checking, release, held} = createAnswers({
    ...{journal, retryJournalWrite, time, random: deps.random, signal, emit, health, kinds},
    newSecretId: deps.newSecretId,
    checks: deps.checks ?? fixedChecks([]),
    node: {nodeId, clockId},
    roots: createRootWatch({emit}),
    scheduler: () => scheduler,
  });
  listeners.push(held.onEvent);
  const stopping = createStopping();

  const session = createSession({
    connection,
    signing,
    nodeId,
    kinds,
    url: options.dispatcherUrl,
    signal,
    newId: deps.newId,
    time,
    emit,
    health,
    onConnected: () => ranges.refresh(),
    onLate: (id, reply) => lateReplies(id, reply),
  });
  const ids = createDeliveryIds({
    journal,
    newSecretId: deps.newSecretId,
    onFailure: (error) => health.failed('journal', error),
  });

  const scheduler = createScheduler({
    journal,
    workers: deps.workers,
    emit,
    time,
    signal,
    stopping: stopped.signal,
    maxEnded: options.maxAccepted,
    ended: () => events.tally().accepted + events.tally().unanswered,
    onEnough: () => stopping.ask('jobs'),
  });
  const lateReplies = createLateReplies({
    ...{journal, retryJournalWrite, ids, signing, nodeId, time, emit, signal},
    onAccepted: (seq) => scheduler.accepted(seq),
  });
  const checks = createWorkerChecks({...deps, nodeId, callbackUrl, signal});
  const {receive, steps, duplicates} = createPipeline({
    ...options,
    ...deps,
    kinds,
    signal,
    stopping: stopped.signal,
    journal,
    retryJournalWrite,
    emit,
    ranges,
    requests,
    health,
    onAnswered,
    signing,
    ids,
    session,
    scheduler,
    ageNow: () => journal.age.now(),
  });

  const incoming = createIncoming({
    verify: options.verifyDispatcher,
    dispatcherAddress: options.dispatcherAddress,
    journal,
    session,
    receive,
    connection,
    health,
    emit,
    time,
    signal,
    // After the last wanted result nothing more is acknowledged.
    isClosed: () => stopping.reason() === 'jobs',
  });

  const port = createPortWatch({time, emit, health, signal});
  const {countsLocalProbes: countsLocal, probeIntervalMs: intervalMs} = options;
  const probes = createProbes({journal, time, emit, health, port, countsLocal, intervalMs});
  const door = createDoor({...deps, session, inbox: incoming, probed: probes.websocket, emit, health});

  async function watch(startedAt: number): Promise<void> {
    const {noJobAfterMs} = options;
    const {refused} = incoming;
    const flow = createWorkFlow({journal, kinds, noJobAfterMs, refused, time, emit, health});
    const results = deps.resultReader ?? null;
    const secondOperator = watchSecondOperator({nodeId, journal, results, time, health});
    listeners.push(flow.onEvent, secondOperator.onEvent);
    await watchParts({
      flow,
      secondOperator,
      journal,
      merged,
      clockId: options.clockId ?? 1n,
      signers,
      workers: deps.workers,
      blockReader: deps.blockReader,
      standingReader: deps.standingReader ?? null,
      clock: createClockGuard({time, age: journal.age, health}),
      disk: deps.disk,
      sumUp: () => {
        const tally = events.tally();
        return {
          ...tally,
          rejected: incoming.rejected(),
          duplicates: duplicates.count(),
          inProgress: scheduler.busy(true),
          pending: journal.pending(),
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
    const {network, version} = options;
    const why = stopping.asked(stop);
    emit({
      type: 'started',
      nodeId,
      network,
      version,
      vrfPublicKey: deps.prover.publicKey,
      workers: kinds,
      pending: journal.pending(),
    });
    const ranging = ranges.run(signal);
    const watching = watch(started).catch((error: unknown) =>
      emit({
        type: 'warning',
        code: 'BUG',
        message: `the parts are not watched any more: ${errorText(error)}`,
      }),
    );
    const tidying = keepTidy({...options, journal, evidence: deps.evidence, time, health, emit, signal});
    scheduler.start(steps);
    checking.start();
    emit({type: 'connecting', url: shownUrl(options.dispatcherUrl)});
    const connecting = door.run(signal);

    const reason = await why;
    scheduler.stop();
    checking.stop();
    stopped.abort(new AosError('INTERRUPTED', 'the operator stops'));
    // What is lost for good is not waited for.
    const graceMs = reason === 'fatal' ? 0 : options.shutdownGraceMs;
    emit({type: 'stopping', reason, inProgress: scheduler.busy(true), graceMs});
    // As far as they can still end: without a dispatcher no answer can be delivered, without a signer none can be sent.
    const signs = (): boolean => health.failing('signer') === null;
    await drain(() => scheduler.busy(session.connected(), signs()), graceMs, time);
    ended.abort(new AosError('INTERRUPTED', 'the operator stops'));
    await Promise.all([ranging, tidying, connecting, watching]);
    const summary = summarise(
      {...events.tally(), rejected: incoming.rejected(), duplicates: duplicates.count()},
      {
        pending: journal.pending(),
        ...held.sum(),
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
    askAgain: createAskAgain({journal, scheduler, emit}),
    release,
    door,
    onHttpProbe: probes.http,
    onRefused: port.refused,
    isKnownRequest: async (id) => checks.isKnown(id) || (await journal.knowsRequest(id)),
    onDisk(error) {
      if (error === null) health.worked('journal', 'sync');
      else health.failed('journal', error, 'sync');
    },
    emit,
  };
}
