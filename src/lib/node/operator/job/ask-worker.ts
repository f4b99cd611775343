import {linkedAbort} from '../../../foundation/async/abort.ts';
import {createBackoff} from '../../../foundation/async/backoff.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {readOpmlCallback, type DispatchJob, type VrfFields} from '../../../protocol/wire/messages.ts';
import type {Answer, FinalAnswer} from './answer.ts';
import type {EarlyRequest} from './early-request.ts';
import type {JobRef} from '../../events/events.ts';
import type {Clocked, Recording, Workers} from './parts.ts';
import type {Lane, Worker} from '../ports.ts';
import type {JobRecord} from '../../journal/records.ts';

export type AskDeps = Recording & Clocked & Workers;

export type WorkerTask = {
  record: JobRecord;
  ref: JobRef;
  job: DispatchJob;
  vrf: VrfFields;
  worker: Worker;
  /** The first request, when it was put just now. */
  early: EarlyRequest | undefined;
  /** Makes the final form of an answer to this job. */
  finish: (answer: Answer) => FinalAnswer;
};

/** An answer, and whether it is in the journal already: one that came while it was waited for was stored as it came. */
export type WorkerAnswer = {answer: FinalAnswer; stored: boolean};

/**
 * Has one job answered: waits for the worker, puts the request, waits for its callback, puts it again when none comes.
 * An answer that is in the journal already, from before a restart or late, counts. What fails for too long becomes
 * an answer of outcome `failed` with the reason in words, so the job never hangs.
 */
export async function askWorker(deps: AskDeps, task: WorkerTask): Promise<WorkerAnswer> {
  const {signal, time} = deps;
  const {worker, vrf, record, finish} = task;
  const backoff = createBackoff({firstMs: 500, capMs: 30_000, random: deps.random});
  let patience = time.monotonic() + worker.readyTimeoutMs;
  let {early} = task;
  let failure: AosError | undefined;
  let asked = 0;
  while (asked < worker.attempts && time.monotonic() < patience) {
    // Selected just now: no request exists yet.
    const stored = early === undefined ? storedAnswer(deps, record.seq) : null;
    if (stored !== null) return {answer: finish(answered(stored, vrf)), stored: false};
    const askedBefore = asked;
    try {
      const put = early;
      early = undefined;
      const lane = await (put?.ready ?? worker.ready(signal));
      asked += 1;
      const answer = await askOnce(deps, task, lane, put);
      deps.health.worked('worker');
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      failure = error;
      deps.health.failed('worker', error);
      if (asked < worker.attempts) {
        const retryInMs = backoff.next();
        deps.emit({type: 'job_retry', job: task.ref, code: error.code, message: error.message, retryInMs});
        await time.sleep(retryInMs, deps.stopping);
      }
      // The request took its own time: the worker is waited for anew before the next one.
      if (asked > askedBefore) patience = time.monotonic() + worker.readyTimeoutMs;
    }
  }
  // A first request that was never put has no other end: one would be kept for each job while no worker is ready.
  deps.requests.claim(record.seq);
  const late = storedAnswer(deps, record.seq);
  if (late !== null) return {answer: finish(answered(late, vrf)), stored: false};
  const reason = `${worker.kind} worker: ${failure?.message ?? 'no answer'}`;
  return {answer: finish({outcome: 'failed', result: '', reason, vrf}), stored: false};
}

/** The request that was journalled with the job's selection, once; then a new one, journalled now. */
async function request(
  deps: AskDeps,
  seq: number,
  {kind}: Worker,
): Promise<{requestId: string; attempt: number}> {
  const {journal, time} = deps;
  const prepared = deps.requests.claim(seq);
  if (prepared !== undefined) return {requestId: prepared, attempt: 1};
  const attempt = journal.requests(seq).length + 1;
  const requestId = deps.newSecretId();
  await deps.retryJournalWrite(() => journal.ask({requestId, seq, kind, attempt, askedAt: time.now()}));
  return {requestId, attempt};
}

/** Journals a request, puts it and waits for the callback. */
async function askOnce(
  deps: AskDeps,
  task: WorkerTask,
  lane: Lane,
  early: EarlyRequest | undefined,
): Promise<WorkerAnswer> {
  const {record, ref, job, worker, vrf, finish} = task;
  const {signal, time} = deps;
  const {seq} = record;
  const {requestId, attempt} = await request(deps, seq, worker);
  let end: Parameters<Lane['release']>[0] = 'untaken';
  const started = time.monotonic();
  const {controller: closed, unlink} = linkedAbort(signal);
  // Listening begins before asking: a fast worker calls back before its own response is here.
  const callback = deps.requests.await(seq, {
    timeoutMs: worker.answerTimeoutMs,
    signal: closed.signal,
    answerOf: (body) => finish(answered(body, vrf)),
  });
  callback.catch(() => undefined); // awaited below, or ended by `closed`
  try {
    // The answer to an earlier request may have arrived before this call, or to this one, sent before it was journalled.
    const late = attempt === 1 && early === undefined ? null : storedAnswer(deps, seq);
    if (late !== null) return {answer: finish(answered(late, vrf)), stored: false};
    const {nodeId, callbackUrl} = deps;
    deps.emit({type: 'job_asked', job: ref, requestId, attempt});
    const put = {requestId, nodeId, model: job.model, prompt: job.prompt, callbackUrl};
    const asking = early?.requestId === requestId ? early.asked : lane.ask(put, closed.signal);
    const answer = (await Promise.race([asking.then(() => null), callback])) ?? (await callback);
    end = 'answered';
    deps.emit({type: 'job_answered', job: ref, requestId, ms: Math.round(time.monotonic() - started)});
    return {answer, stored: true};
  } catch (error) {
    if (isAosError(error, 'WORKER_TIMEOUT')) end = 'timeout';
    throw error;
  } finally {
    lane.release(end);
    unlink();
    closed.abort(new AosError('WORKER_TIMEOUT', 'the request is closed'));
  }
}

function storedAnswer(deps: AskDeps, seq: number): string | null {
  return deps.journal.requests(seq).find((request) => request.answer !== null)?.answer ?? null;
}

function answered(callback: string, vrf: VrfFields): Answer {
  return {outcome: 'answered', result: readOpmlCallback(Buffer.from(callback)).answer, reason: '', vrf};
}
