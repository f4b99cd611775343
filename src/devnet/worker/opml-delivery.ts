import type {Time} from '../../lib/foundation/time/time.ts';
import {deadline} from '../../lib/foundation/system/system-time.ts';

const CALLBACK_TRIES = 5;
const CALLBACK_TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 100;

/**
 * Posts an answer in at most five attempts; a 4xx is final: the operator refuses the answer. True when it was accepted.
 * @throws the signal's reason
 */
export async function deliver(url: string, body: string, time: Time, signal: AbortSignal): Promise<boolean> {
  for (let tried = 1; ; tried++) {
    const status = await postOnce(url, body, signal);
    if (status >= 200 && status < 300) return true;
    if ((status >= 400 && status < 500) || tried === CALLBACK_TRIES) return false;
    await time.sleep(FIRST_RETRY_MS * 2 ** (tried - 1), signal);
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
