import {safeText} from '../../foundation/text/safe-text.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {httpPlace} from '../doctor/http.ts';

const LIMIT_MS = 5_000;

/**
 * Whether something answers `/ping` at the public URL of a node that does not run here: the former operator, or what stands
 * before it.
 * @returns what it said; null: nothing answers as an operator does
 */
export async function answersPing(outerUrl: string | null, signal: AbortSignal): Promise<string | null> {
  if (outerUrl === null) return null;
  const limit = deadline(signal, LIMIT_MS);
  const url = `${outerUrl.replace(/\/+$/, '')}/ping`;
  const place = httpPlace(url, Date.now);
  try {
    const {status} = await place.request(limit.signal);
    return status >= 200 && status < 400 ? `${safeText(url, 200)} answers (HTTP ${status})` : null;
  } catch {
    signal.throwIfAborted();
    return null; // nothing is there, or it does not speak HTTP
  } finally {
    place.close();
    limit.done();
  }
}
