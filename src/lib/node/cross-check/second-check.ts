import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {linkedAbort} from '../../foundation/async/abort.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {WorkerKind} from '../../protocol/wire/messages.ts';
import {readWorkerAnswer} from '../../protocol/wire/worker-answers.ts';
import type {AnswerCheck, AnswerToCheck, CheckVerdict} from '../operator/check-port.ts';
import type {DirectReply, Worker} from '../operator/ports.ts';
import {compareAnswers} from './compare.ts';
import {isSampled} from './sample.ts';

/** The second worker of a kind: one that answers in its reply. */
export type SecondWorker = Pick<Worker, 'kind' | 'ready' | 'answerTimeoutMs' | 'concurrency'>;

/** Tries of a worker that is away, busy or late, and the pauses between them: an answer must not wait for it until its deadline. */
const PAUSES_MS = [2_000, 10_000];
/** Another try may help. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'WORKER_UNREACHABLE',
  'WORKER_BUSY',
  'WORKER_LOST',
  'WORKER_STUCK',
  'WORKER_LOCKED',
]);

/**
 * Asks a second worker about a sample of the jobs, and holds an answer that differs. A worker that cannot be asked, or
 * answers with what cannot be compared, is no reason to hold an answer, and none to call it equal.
 */
export function createSecondCheck(deps: {
  worker: SecondWorker;
  /** The share of jobs that it is asked about. */
  sample: number;
  /** Of the sample. */
  secret: string;
  nodeId: string;
  /** A new request id. */
  newSecretId: () => string;
  time: Pick<Time, 'after' | 'sleep'>;
}): AnswerCheck {
  const {worker, time} = deps;
  return {
    name: 'second',
    kind: worker.kind,
    atOnce: worker.concurrency,
    wants: ({key}) => isSampled(deps.secret, key, deps.sample),
    async check(answer, signal) {
      for (let tries = 0; ; tries += 1) {
        try {
          return compared(worker.kind, answer, await ask(deps, answer, signal));
        } catch (error) {
          signal.throwIfAborted();
          if (!isAosError(error)) throw error;
          const pauseMs = PASSING.has(error.code) ? PAUSES_MS[tries] : undefined;
          if (pauseMs === undefined) return notCompared(`the second worker gave no answer: ${error.message}`);
          await time.sleep(pauseMs, signal);
        }
      }
    },
  };
}

/** What the second worker said, and where it is. */
type Second = {text: string; body: string; url: string};

async function ask(
  {worker, nodeId, newSecretId, time}: Parameters<typeof createSecondCheck>[0],
  {model, prompt, params}: AnswerToCheck,
  signal: AbortSignal,
): Promise<Second> {
  const {controller, unlink} = linkedAbort(signal);
  const late = new AosError('WORKER_TIMEOUT', `no answer within ${duration(worker.answerTimeoutMs)}`);
  const cancel = time.after(worker.answerTimeoutMs, () => controller.abort(late));
  try {
    const lane = await worker.ready(controller.signal);
    let end: Parameters<typeof lane.release>[0] = 'untaken';
    try {
      const requestId = newSecretId();
      let said: DirectReply | null = null;
      const replied = (reply: DirectReply): Promise<void> => {
        said = reply;
        return Promise.resolve();
      };
      end = 'lost';
      await lane.ask({requestId, nodeId, model, prompt, params, callbackUrl: '', replied}, controller.signal);
      end = 'answered';
      return secondOf(worker.kind, said, lane.at.url);
    } finally {
      lane.release(end);
    }
  } finally {
    cancel();
    unlink();
    controller.abort(new AosError('INTERRUPTED', 'the comparison is over'));
  }
}

/** @throws AosError WORKER_BAD_ANSWER: it said nothing that could be compared */
function secondOf(kind: WorkerKind, said: DirectReply | null, url: string): Second {
  if (said === null)
    throw new AosError('WORKER_BAD_ANSWER', 'it took the question, and sends its answer elsewhere');
  if (said.doubt !== null) throw said.doubt;
  const {answer, flaw} = readWorkerAnswer(kind, Buffer.from(said.body));
  if (flaw !== null) throw new AosError('WORKER_BAD_ANSWER', flaw);
  if (answer === '') throw new AosError('WORKER_BAD_ANSWER', 'the answer is empty');
  return {text: answer, body: said.body, url};
}

function compared(kind: WorkerKind, {said, body}: AnswerToCheck, second: Second): CheckVerdict {
  const found = compareAnswers(kind, {text: said.answer, body}, second);
  if (found === null) return notCompared(`no comparison is defined for ${kind}`);
  const {verdict, why} = found;
  const facts = {secondWorker: shownUrl(second.url), secondAnswer: second.text};
  switch (verdict) {
    case 'same':
      return {verdict: 'ok', message: why, facts};
    case 'different':
      return {verdict: 'held', code: 'ANSWERS_DIFFER', then: 'wait', message: why, facts};
    case 'not_compared':
      return {...notCompared(why), facts};
  }
}

function notCompared(message: string): CheckVerdict {
  return {verdict: 'not_checked', code: 'SECOND_NOT_COMPARED', message};
}
