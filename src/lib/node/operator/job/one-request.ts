import {abortable, linkedAbort} from '../../../foundation/async/abort.ts';
import {shownUrl} from '../../../foundation/text/shown-url.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {ErrorCode} from '../../../foundation/errors/table.ts';
import type {RequestEnd, RequestTaker} from '../../journal/records.ts';
import type {Lane} from '../ports.ts';
import {reportAsked, type AskDeps, type Asking, type WorkerTask} from './asking.ts';
import {releaseEarly, type EarlyRequest} from './early-request.ts';
import {requestTo} from './request-to.ts';

/**
 * A request that is answered sooner needs no note that it was taken: the note would be a second write of each job. After a
 * crash within this time it is put again.
 */
const NOTE_TAKEN_AFTER_MS = 250;
/** How long the request of the run before is waited for, before another one is put. */
const RESUMED_MS = 3_000;
/** Places that are tried at other workers of a pool to get one at a certain worker. */
const MOST_OTHERS = 8;

/** How a request ended that was put and not answered; other errors say that it was not taken. */
const ENDS: ReadonlyMap<ErrorCode, RequestEnd> = new Map([
  ['WORKER_LOST', 'lost'],
  ['WORKER_TIMEOUT', 'timeout'],
  ['PROOF_TIMEOUT', 'timeout'],
  ['WORKER_BAD_ANSWER', 'invalid'],
]);

/** Where a request is to be put. */
export type Place = {
  early: EarlyRequest | undefined;
  /** URLs of workers that come last. */
  avoid: readonly string[];
  /** Workers that refused the request of this job, by URL: they are not asked again. */
  refusedBy: ReadonlyMap<string, AosError>;
  /** Ends the wait for a place: the wait of the request, or earlier, when the operator stops. */
  until: AbortSignal;
};

/**
 * Puts one request at a free place and waits; an answer ends it by its signal.
 * @throws AosError WORKER_*, PROOF_*: of those in ENDS the journal says that they were attempts
 */
export async function askOnce(
  deps: AskDeps,
  task: WorkerTask,
  asking: Asking,
  {early, avoid, refusedBy, until}: Place,
): Promise<never> {
  const {signal} = asking;
  const lane = await (early === undefined ? task.worker.ready(until, avoid) : placeOf(early, until));
  let end: Parameters<Lane['release']>[0] = 'untaken';
  try {
    signal.throwIfAborted();
    asking.url = lane.at.url;
    const refusal = refusedBy.get(lane.at.url);
    if (refusal !== undefined) throw refusal;
    const request =
      early === undefined ? await openRequest(deps, task, signal) : {requestId: early.requestId, attempt: 1};
    // Answered while the request was being written.
    signal.throwIfAborted();
    const {requestId} = request;
    reportAsked(deps, task, asking, request);
    try {
      await whileWanted(
        signal,
        early?.asked ?? lane.ask(requestTo(task.worker.kind, requestId, task.job, deps), signal),
      );
    } catch (error) {
      // The connection broke when the request was on its way: perhaps it was taken.
      const how = isAosError(error) ? ENDS.get(error.code) : undefined;
      if (how !== undefined) await endRequest(deps, requestId, lane.at, how);
      throw error;
    }
    end = 'lost';
    // What came before the worker's reply has been judged already.
    if (
      deps.journal.requests(task.record.seq).some((one) => one.requestId === requestId && one.ended !== null)
    )
      throw new AosError('WORKER_BAD_ANSWER', 'what the worker sent before its reply is not used');
    return await untilLost(deps, task, asking, {
      requestId,
      lane,
      worker: lane.at,
      forMs: task.worker.answerTimeoutMs,
      until: signal,
    });
  } catch (error) {
    if (isAosError(error, 'WORKER_TIMEOUT')) end = 'timeout';
    if (isAosError(error, 'WORKER_LOST')) end = 'lost';
    if (isAosError(error, 'WORKER_BAD_ANSWER')) end = 'answered';
    throw error;
  } finally {
    lane.release(asking.isAnswered ? 'answered' : end);
  }
}

/**
 * Waits a moment for the callback of a request that a worker took in the run before, unless the worker has started anew.
 * Not for the rest of its time: the worker sends a callback once, and may have sent it while no operator ran. A worker
 * that still works on the request is busy for the next one, which costs no attempt, and its answer counts all the same.
 * @param until ends the wait: when the operator stops, the job waits in the journal
 * @throws AosError WORKER_LOST | WORKER_BAD_ANSWER
 */
export async function awaitTaken(
  deps: AskDeps,
  task: WorkerTask,
  asking: Asking,
  until: AbortSignal,
): Promise<void> {
  const {journal, time} = deps;
  const open = journal
    .requests(task.record.seq)
    .findLast(({worker, ended, answer}) => worker !== null && ended === null && answer === null);
  if (open === undefined || open.worker === null) return;
  const {requestId, worker} = open;
  asking.url = worker.url;
  asking.request = {id: requestId, at: time.monotonic()};
  const lane = await placeAt(worker.url, task, until);
  try {
    if (lane !== null && hasRestarted(lane.at, worker))
      throw new AosError(
        'WORKER_LOST',
        `the worker at ${shownUrl(worker.url)} has started anew since it took the request`,
      );
    await untilLost(deps, task, asking, {requestId, lane, worker: null, forMs: RESUMED_MS, until});
  } catch (error) {
    if (isAosError(error, 'WORKER_LOST')) await endRequest(deps, requestId, worker, 'lost');
    if (until.aborted || !isAosError(error, 'WORKER_TIMEOUT')) throw error;
  } finally {
    lane?.release(asking.isAnswered ? 'answered' : 'untaken');
  }
}

/** Waits for an early request too no longer than for its job: a worker that answers in its reply may take minutes. */
async function whileWanted(signal: AbortSignal, asked: Promise<void>): Promise<void> {
  await abortable<unknown>(signal, (resolve, reject) => {
    asked.then(resolve, reject);
    return () => undefined;
  });
}

/** The place of an early request; once nothing waits for it, it is free again, and its request is not put. */
async function placeOf(early: EarlyRequest, until: AbortSignal): Promise<Lane> {
  try {
    return await abortable<Lane>(until, (resolve, reject) => {
      early.ready.then(resolve, reject);
      return () => undefined;
    });
  } catch (error) {
    releaseEarly(early);
    throw error;
  }
}

/** A place at the worker with this URL; null: it has none free now, or is away. */
async function placeAt(url: string, {worker}: WorkerTask, signal: AbortSignal): Promise<Lane | null> {
  const others: string[] = [];
  try {
    while (others.length < MOST_OTHERS) {
      const lane = await worker.ready(signal, others);
      if (lane.at.url === url) return lane;
      lane.release('untaken');
      if (others.includes(lane.at.url)) return null;
      others.push(lane.at.url);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isAosError(error)) throw error;
  }
  return null;
}

function hasRestarted(now: RequestTaker, then: RequestTaker): boolean {
  return now.nodeId !== null && then.nodeId !== null && now.nodeId !== then.nodeId;
}

/** A request of this job that no worker took, or a new one; none when the job is answered: that ends the wait by its signal. */
async function openRequest(
  deps: AskDeps,
  {record: {seq}, worker}: WorkerTask,
  signal: AbortSignal,
): Promise<{requestId: string; attempt: number}> {
  const {journal, time} = deps;
  const all = journal.requests(seq);
  // The answer is on disk before this step hears of it.
  if (all.some(({answer}) => answer !== null)) return abortable<never>(signal, () => () => undefined);
  const unused = all.find(
    ({takenAt, ended, answer}) => takenAt === null && ended === null && answer === null,
  );
  if (unused !== undefined) return unused;
  const request = {
    requestId: deps.newSecretId(),
    seq,
    kind: worker.kind,
    attempt: all.length + 1,
    askedAt: time.now(),
  };
  await deps.retryJournalWrite(() => journal.ask(request));
  return request;
}

function endRequest(
  {journal, time, retryJournalWrite}: AskDeps,
  requestId: string,
  worker: RequestTaker,
  how: RequestEnd,
): Promise<void> {
  return retryJournalWrite(() => journal.ended(requestId, worker, how, time.now()));
}

/**
 * Waits until a request that was taken is lost, its time is over, or what comes for it is no answer; its answer ends the
 * wait by the signal `until`. `worker`: whose request it is, for the notes that it was taken and how it ended; null: none is
 * made.
 */
async function untilLost(
  deps: AskDeps,
  task: WorkerTask,
  asking: Asking,
  request: {
    requestId: string;
    lane: Lane | null;
    worker: RequestTaker | null;
    forMs: number;
    until: AbortSignal;
  },
): Promise<never> {
  const {time, journal} = deps;
  const {requestId, lane, worker, forMs, until} = request;
  const {controller, unlink} = linkedAbort(until);
  const {signal} = controller;
  const takenAt = time.now();
  const cancelNote =
    worker === null
      ? () => undefined
      : time.after(NOTE_TAKEN_AFTER_MS, () => {
          // A note that the disk refuses is not repeated: after a crash the request would be put again.
          journal
            .taken(requestId, worker, takenAt)
            .catch((error: unknown) => deps.health.failed('journal', error));
        });
  try {
    return await abortable<never>(signal, (_resolve, reject) => {
      const cancelTimer = time.after(forMs, () =>
        reject(
          new AosError(
            'WORKER_TIMEOUT',
            `no answer within ${Math.round(task.worker.answerTimeoutMs / 1000)} s`,
          ),
        ),
      );
      asking.onInvalid = (id, why) => {
        if (id === requestId)
          reject(new AosError('WORKER_BAD_ANSWER', `what the worker sent is not used: ${why}`));
      };
      lane?.lost(signal).catch((error: unknown) => reject(error as Error));
      return () => {
        cancelTimer();
        asking.onInvalid = () => undefined;
      };
    });
  } catch (error) {
    if (worker !== null && !asking.signal.aborted) {
      if (isAosError(error, 'WORKER_TIMEOUT')) await endRequest(deps, requestId, worker, 'timeout');
      if (isAosError(error, 'WORKER_LOST')) await endRequest(deps, requestId, worker, 'lost');
    }
    throw error;
  } finally {
    cancelNote();
    unlink();
    controller.abort(new AosError('INTERRUPTED', 'the request is closed'));
  }
}
