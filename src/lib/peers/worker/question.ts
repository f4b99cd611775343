import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {isJsonNumber} from '../../protocol/wire/json.ts';
import {objectIn} from './status.ts';

/** One request to a worker; the answer comes back to `callbackUrl` with its `requestId`. */
export type OpmlRequest = {
  requestId: string;
  nodeId: string;
  model: string;
  prompt: string;
  callbackUrl: string;
};

/** Sent for a job without a model: the published worker takes a request with an empty one, and never answers it. */
const NO_MODEL = 'default';

/** The body of `POST /api/v1/question` (docs/protocol.md#workers). */
export function questionBody({model, prompt, requestId, callbackUrl}: OpmlRequest): string {
  return JSON.stringify({
    model: model === '' ? NO_MODEL : model,
    prompt,
    req_id: requestId,
    callback: `${callbackUrl}/api/opml_callback`,
  });
}

const BUSY: ReadonlySet<number> = new Set([429, 503]);

/**
 * Judges the reply to a question.
 * @returns null when the request was taken; else WORKER_BUSY, WORKER_REFUSED, WORKER_UNREACHABLE (a proxy reached no
 *   worker) or WORKER_LOST (a proxy waited in vain: perhaps it was taken)
 */
export function judgeQuestionReply(host: string, status: number, body: string): AosError | null {
  const code = codeOf(body);
  const said = `HTTP ${status}${code === null ? '' : ` and code ${code}`}`;
  const isGood = status >= 200 && status <= 299;
  if (isGood && (code === null || code === 0 || code === 200)) return null;
  // "jobs exceed" of the published worker: it is at work, most likely for us.
  if (BUSY.has(status) || ((isGood || status === 400) && code === -1))
    return new AosError('WORKER_BUSY', `opml worker ${host} is busy: ${said}`);
  if (status === 502) return new AosError('WORKER_UNREACHABLE', `opml worker ${host} is away: ${said}`);
  if (status === 504)
    return new AosError('WORKER_LOST', `opml worker ${host} did not answer its proxy: ${said}`);
  return new AosError('WORKER_REFUSED', `opml worker ${host} refused the request with ${said}`, {
    next: say('Check the worker’s log, and that workers.opml names an opml worker.'),
  });
}

function codeOf(body: string): number | null {
  const code = objectIn(body)?.get('code');
  if (!isJsonNumber(code)) return null;
  const number = Number(code.text);
  return Number.isSafeInteger(number) ? number : null;
}
