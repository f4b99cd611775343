import {AosError} from '../../foundation/errors/error.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';

const BUSY: ReadonlySet<number> = new Set([429, 503]);
/** Most characters of a worker's words that are shown. */
const MOST_WORDS = 200;

/** A worker's words, safe and cut, as the end of a sentence: `: Model directory does not exist`, or ''. */
export function wordsOf(text: string): string {
  const words = safeText(text.trim(), MOST_WORDS);
  return words === '' || words === '{}' || words === '""' ? '' : `: ${words}`;
}

/**
 * Judges the HTTP status of a reply to a request.
 * @param said what the worker said, for the text
 * @returns null for 2xx; else WORKER_BUSY, WORKER_UNREACHABLE (a proxy reached no worker), WORKER_LOST (a proxy waited in
 *   vain: perhaps it was taken) or WORKER_REFUSED
 */
export function judgeHttpStatus(name: string, status: number, said: string, next: NextStep): AosError | null {
  if (status >= 200 && status <= 299) return null;
  if (BUSY.has(status)) return new AosError('WORKER_BUSY', `${name} is busy: ${said}`);
  if (status === 502) return new AosError('WORKER_UNREACHABLE', `${name} is away: ${said}`);
  if (status === 504) return new AosError('WORKER_LOST', `${name} did not answer its proxy: ${said}`);
  return new AosError('WORKER_REFUSED', `${name} refused the request with ${said}`, {next});
}
