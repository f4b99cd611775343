import {createHash} from 'node:crypto';

/**
 * How outputs name a request: 8 hex digits of the SHA-256 of its id. The id itself is what a worker proves with that a
 * callback is its own, so it is in no output while its job has no answer.
 */
export function requestMark(requestId: string): string {
  return createHash('sha256').update(requestId).digest('hex').slice(0, 8);
}

/** Shorter texts are no ids of ours, and would take harmless words out of a text too. */
const LEAST = 8;

/** The body of a callback as outputs have it while its job waits for an answer: the ids of its requests as marks. */
export function withoutRequestIds(body: string, ids: readonly string[]): string {
  return ids
    .filter((id) => id.length >= LEAST)
    .reduce((text, id) => text.replaceAll(id, requestMark(id)), body);
}
