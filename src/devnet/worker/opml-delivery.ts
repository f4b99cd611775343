import {setTimeout as sleep} from 'node:timers/promises';
import type {OpmlCallback} from '../../lib/protocol/wire/messages.ts';
import type {OpmlRequest} from './opml-request.ts';
import {deadline} from '../../lib/foundation/system/system-time.ts';

/** The worker's faults; read again for each request, so they may change while the worker runs. */
export type OpmlFaults = {
  /** Post every answer twice. */
  answerTwice?: boolean;
  /** Wait this long before posting an answer, ms. */
  lateMs?: number;
  /** Answer with an unknown request id. */
  otherId?: boolean;
  /** Accept requests and never answer them. */
  never?: boolean;
  /** Refuse every request with HTTP 500. */
  refuse?: boolean;
};

export type Answer = {text: string; stateRoot: string};

const CALLBACK_TRIES = 5;
const CALLBACK_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 100;

/** Posts an answer to the request's callback, subject to the faults. True when the operator accepted it. */
export async function deliver(
  request: OpmlRequest,
  answer: Answer,
  faults: OpmlFaults,
  signal: AbortSignal,
): Promise<boolean> {
  const {answerTwice = false, lateMs = 0, otherId = false, never = false} = faults;
  if (never) return false;
  const callback: OpmlCallback = {
    req_id: otherId ? `${request.req_id}-other` : request.req_id,
    node_id: '',
    model: request.model,
    prompt: request.prompt,
    answer: answer.text,
    state_root: answer.stateRoot,
  };
  const body = JSON.stringify(callback);
  try {
    if (lateMs > 0) await sleep(lateMs, undefined, {signal});
    const taken = await post(request.callback, body, signal);
    if (answerTwice) await post(request.callback, body, signal);
    return taken;
  } catch (error) {
    // Only the close of this worker ends a wait early.
    if (signal.aborted) return false;
    throw error;
  }
}

/** Posts an answer in at most five attempts; a 4xx is final: the operator refuses the answer. */
async function post(url: string, body: string, signal: AbortSignal): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    const status = await postOnce(url, body, signal);
    if (status >= 200 && status < 300) return true;
    if ((status >= 400 && status < 500) || tried === CALLBACK_TRIES) return false;
    await sleep(FIRST_RETRY_MS * 2 ** (tried - 1), undefined, {signal});
  }
}

/** The HTTP status, 0 when there was no answer. */
async function postOnce(url: string, body: string, signal: AbortSignal): Promise<number> {
  const limit = deadline(signal, CALLBACK_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body,
      redirect: 'error',
      signal: limit.signal,
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  } finally {
    limit.done();
  }
}
