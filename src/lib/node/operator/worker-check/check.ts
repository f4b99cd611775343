import {abortable, linkedAbort} from '../../../foundation/async/abort.ts';
import {shownUrl} from '../../../foundation/text/shown-url.ts';
import * as check from '../../../foundation/check/check.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {duration, measured} from '../../../foundation/time/duration.ts';
import {count} from '../../../foundation/text/words.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {engineText} from '../../../protocol/wire/engine-body.ts';
import type {WorkerAnswer} from '../../../protocol/wire/worker-answers.ts';
import type {DirectReply, Lane, WatchedWorker, Worker, WorkerState} from '../ports.ts';
import type {CheckAnswers} from './answers.ts';
import type {CheckedAnswer, CheckedWorker, WorkerCheckId} from './report.ts';

/** What a check asks; a worker may know only certain models. */
export type CheckQuestion = {model: string; prompt: string};

export type WorkerCheckDeps = {
  answers: CheckAnswers;
  nodeId: string;
  callbackUrl: string;
  /** An unguessable id, 32 hex digits. */
  newSecretId: () => string;
  time: Time;
};

type Found = CheckedWorker['checks'][number];
type CheckedJob = NonNullable<ReturnType<WatchedWorker['checkJob']>>;

/** So much of an answer is shown. */
const SHOWN = 200;
/** With these a request is put all the same: only its end shows whether they are over. */
const MAY_BE_OVER: ReadonlySet<string> = new Set(['WORKER_BUSY', 'WORKER_REFUSED', 'WORKER_STUCK']);
/** What the network accepts of an answer. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Checks every worker of a kind: its status, and one request with its answer. The request takes a place of its worker as
 * that of a job does, and waits for one no longer than for an answer.
 * @throws the signal's reason
 */
export async function checkWorkers(
  worker: Worker & WatchedWorker,
  question: CheckQuestion,
  deps: WorkerCheckDeps,
  signal: AbortSignal,
): Promise<CheckedWorker[]> {
  const started = deps.time.monotonic();
  const states = await worker.check(signal, 'all');
  const ms = Math.round(deps.time.monotonic() - started);
  return Promise.all(
    states.map(async (state): Promise<CheckedWorker> => {
      const {url, method, nodeId, places, open, problem} = state;
      const about = {kind: worker.kind, url: shownUrl(url), method, nodeId, places, open};
      const status = judgeStatus(state, ms);
      if (problem !== null && !MAY_BE_OVER.has(problem.code)) {
        const skipped = (id: WorkerCheckId): Found => ({...skip('the worker is not well'), id, ms: 0});
        return {...about, checks: [status, skipped('request'), skipped('answer')], answer: null};
      }
      const others = states.map((other) => other.url).filter((other) => other !== url);
      const job = worker.checkJob(question);
      if (job === null) return {...about, checks: [status, ...NO_QUESTION], answer: null};
      const {checks, answer} = await ask(worker, {url, others, job}, deps, signal);
      return {...about, checks: [status, ...checks], answer};
    }),
  );
}

function judgeStatus({problem, method, nodeId, places}: WorkerState, ms: number): Found {
  const id = 'status';
  if (problem !== null && problem.code !== 'WORKER_REFUSED') {
    const found = `${problem.message} (${problem.code})`;
    const finding =
      problem.code === 'WORKER_BUSY' ? check.pending(found, problem.next) : check.fail(found, problem.next);
    return {...finding, id, ms};
  }
  const form = method === 'POST' ? 'as the published worker answers it, by POST' : 'by GET';
  const who = nodeId === null ? '' : `, node_id ${nodeId}`;
  return {...check.ok(`well, ${form}; ${count(places, 'request')} at a time${who}`), id, ms};
}

async function ask(
  worker: Worker & WatchedWorker,
  {url, others, job}: {url: string; others: readonly string[]; job: CheckedJob},
  deps: WorkerCheckDeps,
  outer: AbortSignal,
): Promise<{checks: Found[]; answer: CheckedAnswer | null}> {
  const {time} = deps;
  const began = time.monotonic();
  const taking = (): number => Math.round(time.monotonic() - began);
  const failed = (error: AosError): {checks: Found[]; answer: null} => {
    const request: Found = {...judgeFailure(error), id: 'request', ms: taking()};
    return {checks: [request, {...skip('no request was taken'), id: 'answer', ms: 0}], answer: null};
  };
  let lane: Lane;
  try {
    lane = await placeAt(worker, others, time, outer);
  } catch (error) {
    outer.throwIfAborted();
    if (!isAosError(error)) throw error;
    return failed(error);
  }
  let end: Parameters<Lane['release']>[0] = 'untaken';
  const {controller: over, unlink} = linkedAbort(outer);
  try {
    if (lane.at.url !== url) return failed(new AosError('WORKER_BUSY', 'it has no place free'));
    const requestId = deps.newSecretId();
    const put = time.monotonic();
    // Listening begins before asking: a fast worker calls back before its own reply is here.
    const heard = answerTo(requestId, worker.answerTimeoutMs, deps, over.signal);
    heard.catch(() => undefined); // awaited below, or ended by `over`
    const {nodeId, callbackUrl, answers} = deps;
    const replied = (reply: DirectReply): Promise<void> => {
      answers.replied(worker.kind, requestId, reply);
      return Promise.resolve();
    };
    try {
      const asked = lane.ask({requestId, nodeId, callbackUrl, replied, ...job}, over.signal);
      await Promise.race([asked, heard]);
    } catch (error) {
      outer.throwIfAborted();
      if (!isAosError(error)) throw error;
      return failed(error);
    }
    const request: Found = {...check.ok(`taken after ${measured(taking())}`), id: 'request', ms: taking()};
    end = 'lost';
    try {
      const answer = await Promise.race([heard, lane.lost(over.signal)]);
      end = 'answered';
      const ms = Math.round(time.monotonic() - put);
      return {checks: [request, {...judgeAnswer(answer, ms), id: 'answer', ms}], answer: shown(answer, ms)};
    } catch (error) {
      outer.throwIfAborted();
      if (!isAosError(error)) throw error;
      if (error.code === 'WORKER_TIMEOUT') end = 'timeout';
      const ms = Math.round(time.monotonic() - put);
      return {checks: [request, {...judgeFailure(error), id: 'answer', ms}], answer: null};
    }
  } finally {
    over.abort(new AosError('INTERRUPTED', 'the check is over'));
    unlink();
    lane.release(end);
  }
}

/** A place at a worker outside `others`, if it has one before an answer would be late. */
async function placeAt(
  worker: Worker,
  others: readonly string[],
  time: Time,
  outer: AbortSignal,
): Promise<Lane> {
  const {controller, unlink} = linkedAbort(outer);
  const waited = duration(worker.answerTimeoutMs);
  const cancel = time.after(worker.answerTimeoutMs, () =>
    controller.abort(new AosError('WORKER_BUSY', `it worked on requests of the operator for ${waited}`)),
  );
  try {
    return await worker.ready(controller.signal, others);
  } finally {
    cancel();
    unlink();
  }
}

/** @throws AosError WORKER_TIMEOUT, or the signal's reason */
function answerTo(
  requestId: string,
  timeoutMs: number,
  {answers, time}: WorkerCheckDeps,
  signal: AbortSignal,
): Promise<WorkerAnswer> {
  return abortable(signal, (resolve, reject) => {
    const unlisten = answers.listen(requestId, resolve);
    const cancel = time.after(timeoutMs, () =>
      reject(new AosError('WORKER_TIMEOUT', `no answer within ${duration(timeoutMs)}`)),
    );
    return () => {
      unlisten();
      cancel();
    };
  });
}

function judgeFailure(error: AosError): check.Finding {
  const found = `${error.message} (${error.code})`;
  return error.code === 'WORKER_BUSY'
    ? check.pending(found, say('Run the check again when the worker has less to do.'))
    : check.fail(found, error.next);
}

function judgeAnswer({answer, flaw, unattested}: WorkerAnswer, ms: number): check.Finding {
  const took = `after ${measured(ms)}`;
  const wrong = flaw ?? unattested;
  if (wrong !== null) return check.fail(`${wrong} (${took})`, say('Check the worker’s log.'));
  if (answer === '')
    return check.fail(`an empty text ${took}, which is no answer`, say('Check the worker’s log.'));
  if (answer.length > MOST_CHARACTERS)
    return check.fail(
      `${count(answer.length, 'character')} ${took}, more than the network takes`,
      say('Let the worker answer with less.'),
    );
  return check.ok(`${count(answer.length, 'character')} ${took}`);
}

function shown({answer, stateRoot, attestation, engine}: WorkerAnswer, ms: number): CheckedAnswer {
  return {
    text: answer.slice(0, SHOWN),
    characters: answer.length,
    stateRoot: stateRoot.slice(0, SHOWN),
    attestation: attestation.slice(0, SHOWN),
    engine: engine === null ? '' : engineText(engine).slice(0, SHOWN),
    ms,
  };
}

const skip = (found: string): check.Finding => ({state: 'skipped', found, next: null});

/** Of a worker that nothing can be asked. */
const NO_QUESTION: readonly Found[] = [
  {
    ...check.warn(
      'no proof is configured that is known to be good, so no false of this worker is sent',
      say('Name one in workers.zkml.known_good: its model, and its proof_path.'),
    ),
    id: 'request',
    ms: 0,
  },
  {...skip('no request was put'), id: 'answer', ms: 0},
];
