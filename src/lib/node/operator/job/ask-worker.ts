import {linkedAbort} from '../../../foundation/async/abort.ts';
import {createBackoff} from '../../../foundation/async/backoff.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {ErrorCode} from '../../../foundation/errors/table.ts';
import {requestMark} from '../../journal/request-mark.ts';
import type {FinalAnswer} from './answer.ts';
import {reportAsked, type AskDeps, type Asking, type WorkerTask} from './asking.ts';
import {askOnce, awaitTaken} from './one-request.ts';

/** How asking ended: with the answer, which is in the journal, or without one. */
export type AskEnd =
  | {end: 'answered'; answer: FinalAnswer}
  /** With an answer that is in the journal and waits for its checks. */
  | {end: 'checking'}
  /** As many requests as may be were taken and not answered: an answer may still come. */
  | {end: 'spent'}
  /** The workers refuse what the request says, or cannot judge it: to ask again soon is of no use. */
  | {end: 'refused'; error: AosError}
  | {end: 'overdue'};

/** Errors of a request that a worker took: each is one attempt. Before, nothing was asked of it. */
const ATTEMPTS: ReadonlySet<ErrorCode> = new Set([
  'WORKER_TIMEOUT',
  'PROOF_TIMEOUT',
  'WORKER_LOST',
  'WORKER_BAD_ANSWER',
]);
/** What a worker says that it cannot do for this job: another one is asked, and then none for a while. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'WORKER_REFUSED',
  'WORKER_CHANGED',
  'WORKER_UNPROVEN',
  'PROOF_NOT_CHECKED',
  'REQUEST_REJECTED',
  // Of the engine of this process, in the place of a worker.
  'PROOF_ENGINE_MISSING',
  'PROOF_ENGINE_FAILED',
  'PROOF_MODEL_FILES',
  'PROOF_VERSION_UNKNOWN',
  'PROOF_SETTINGS_UNTRIED',
  'PROOF_MALFORMED',
  'PROOF_FETCH_FAILED',
  'PROOF_URL_REFUSED',
  'PROOF_CHECK_TIMEOUT',
]);
/** The proof of a job, or our own disk. */
const NOT_OF_THE_WORKER: ReadonlySet<ErrorCode> = new Set([
  'PROOF_NOT_CHECKED',
  'PROOF_TIMEOUT',
  'REQUEST_REJECTED',
  'JOURNAL_WRITE_FAILED',
]);
/** A worker that is back is asked within so long. */
const MAX_PAUSE_MS = 8_000;

/**
 * Has one job answered: waits for a worker, puts the request, waits for its callback, and puts it again when the worker took
 * it and no answer came. The answer to any request of the job counts, whenever it comes.
 */
export async function askWorker(deps: AskDeps, task: WorkerTask): Promise<AskEnd> {
  const {time, emit} = deps;
  const {controller, unlink} = linkedAbort(deps.signal);
  const overdue = new AosError('WORKER_TIMEOUT', 'the time for an answer is over');
  const cancelDeadline = time.after(task.answerBy - time.monotonic(), () => controller.abort(overdue));
  const asking: Asking = {
    signal: controller.signal,
    isAnswered: false,
    request: null,
    url: null,
    onInvalid: () => undefined,
  };
  const {answered, unlisten} = listen(deps, task, asking);
  const asked = ask(deps, task, asking);
  asked.catch(() => undefined); // it is raced below; after that its end is of no interest
  try {
    const end = await Promise.race([answered, asked]);
    if (end.end !== 'answered' && end.end !== 'checking') return end;
    deps.health.worked('worker', task.worker.kind);
    if (asking.request !== null) {
      const {id, at} = asking.request;
      const ms = Math.round(time.monotonic() - at);
      emit({type: 'job_answered', job: task.ref, request: requestMark(id), ms});
    }
    return end;
  } catch (error) {
    if (controller.signal.reason === overdue && !deps.signal.aborted) return {end: 'overdue'};
    throw error;
  } finally {
    unlisten();
    cancelDeadline();
    unlink();
    controller.abort(new AosError('INTERRUPTED', 'the job is not asked about any more'));
  }
}

/** Hears of the answer to any request of the job. */
function listen(
  deps: AskDeps,
  task: WorkerTask,
  asking: Asking,
): {answered: Promise<AskEnd>; unlisten: () => void} {
  let unlisten = (): void => undefined;
  const answered = new Promise<AskEnd>((resolve) => {
    const came = (end: AskEnd): void => {
      asking.isAnswered = true;
      // It may be quicker than the word that its request is on disk.
      if (task.early !== undefined && asking.request === null)
        reportAsked(deps, task, asking, {requestId: task.early.requestId, attempt: 1});
      resolve(end);
    };
    unlisten = deps.requests.listen(task.record.seq, {
      ref: task.ref,
      make: task.make,
      answered: (answer) => came({end: 'answered', answer}),
      checking: () => came({end: 'checking'}),
      invalid: (requestId, why) => asking.onInvalid(requestId, why),
    });
  });
  return {answered, unlisten};
}

/** Puts requests until that is of no use any more; an answer ends it by its signal. */
async function ask(deps: AskDeps, task: WorkerTask, asking: Asking): Promise<AskEnd> {
  const {journal, time, emit} = deps;
  const {worker, ref} = task;
  const {seq} = task.record;
  const pauses = createBackoff({firstMs: 500, capMs: MAX_PAUSE_MS, random: deps.random});
  const pausing = linkedAbort(asking.signal, deps.stopping);
  const until = pausing.controller.signal;
  const failedAt: string[] = [];
  /** Another worker may take what this one refuses. */
  const refusedBy = new Map<string, AosError>();
  let {early} = task;
  let isFirst = true;
  let notReadySince = time.monotonic();
  let reported: ErrorCode | null = null;
  try {
    for (;;) {
      if (early === undefined && journal.failed(seq) >= worker.attempts) return {end: 'spent'};
      try {
        const put = early;
        early = undefined;
        if (isFirst && put === undefined) {
          isFirst = false;
          await awaitTaken(deps, task, asking, until);
        }
        isFirst = false;
        return await askOnce(deps, task, asking, {early: put, avoid: failedAt, refusedBy, until});
      } catch (error) {
        asking.signal.throwIfAborted();
        // Stopped while it waited for a place: the job waits in the journal.
        if (!isAosError(error) || error.code === 'INTERRUPTED') throw error;
        const {code, message} = error;
        task.failed(message);
        const isAttempt = ATTEMPTS.has(code);
        if (isProblem(code, time.monotonic() - notReadySince, worker.readyTimeoutMs))
          deps.health.failed('worker', error, worker.kind);
        const attempts = isAttempt ? journal.failed(seq) : 0;
        if (attempts >= worker.attempts) {
          emit({type: 'job_listening', job: ref, code, message, attempts});
          return {end: 'spent'};
        }
        if (REFUSALS.has(code)) {
          if (asking.url === null || refusedBy.has(asking.url)) return {end: 'refused', error};
          refusedBy.set(asking.url, error);
          failedAt.push(asking.url);
          continue;
        }
        if (isAttempt) {
          if (asking.url !== null) failedAt.push(asking.url);
          pauses.reset();
          notReadySince = time.monotonic();
        }
        const retryInMs = pauses.next();
        // A worker that is away for an hour is no news every few seconds.
        if (isAttempt || code !== reported) emit({type: 'job_retry', job: ref, code, message, retryInMs});
        reported = code;
        await time.sleep(retryInMs, until);
      }
    }
  } finally {
    pausing.unlink();
  }
}

/** Whether a failure is one of the worker: one that is busy does its work, and who sends a job decides what its proof is. */
function isProblem(code: ErrorCode, forMs: number, readyTimeoutMs: number): boolean {
  if (NOT_OF_THE_WORKER.has(code)) return false;
  return code !== 'WORKER_BUSY' || forMs >= readyTimeoutMs;
}
