import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {isJsonNumber} from '../../protocol/wire/json.ts';
import type {WorkerRequest} from './driver.ts';
import {judgeHttpStatus} from './refusal.ts';
import {objectIn} from '../../protocol/wire/object-in.ts';

/** What the body of a question to an opml worker is made of. */
type Question = Pick<WorkerRequest, 'requestId' | 'model' | 'prompt' | 'callbackUrl'>;

/** Sent for a job without a model: the published worker takes a request with an empty one, and never answers it. */
const NO_MODEL = 'default';

/** The body of `POST /api/v1/question` (docs/protocol.md#workers). */
export function questionBody({model, prompt, requestId, callbackUrl}: Question): string {
  return JSON.stringify({
    model: model === '' ? NO_MODEL : model,
    prompt,
    req_id: requestId,
    callback: `${callbackUrl}/api/opml_callback`,
  });
}

/**
 * Judges the reply to a question.
 * @returns null when the request was taken; else WORKER_BUSY, WORKER_REFUSED, WORKER_UNREACHABLE or WORKER_LOST, as
 *   {@link judgeHttpStatus} has them
 */
export function judgeQuestionReply(host: string, status: number, body: string): AosError | null {
  const code = codeOf(body);
  const name = `opml worker ${host}`;
  const said = `HTTP ${status}${code === null ? '' : ` and code ${code}`}`;
  const isGood = status >= 200 && status <= 299;
  if (isGood && (code === null || code === 0 || code === 200)) return null;
  // "jobs exceed" of the published worker: it is at work, most likely for us.
  if ((isGood || status === 400) && code === -1)
    return new AosError('WORKER_BUSY', `${name} is busy: ${said}`);
  const next = say('Check the worker’s log, and that workers.opml names an opml worker.');
  return (
    judgeHttpStatus(name, status, said, next) ??
    new AosError('WORKER_REFUSED', `${name} refused the request with ${said}`, {next})
  );
}

function codeOf(body: string): number | null {
  const code = objectIn(body)?.get('code');
  if (!isJsonNumber(code)) return null;
  const number = Number(code.text);
  return Number.isSafeInteger(number) ? number : null;
}
