import {isAosError} from '../../../foundation/errors/error.ts';
import {readOpmlCallback, type OpmlCallback, type WorkerKind} from '../../../protocol/wire/messages.ts';
import type {CallbackReply} from '../job/worker-requests.ts';

/** The answers to requests that a check puts: they belong to no job, and are in no journal. */
export type CheckAnswers = {
  /** Hears of the answer to a request. @returns ends that */
  listen(requestId: string, heard: (answer: OpmlCallback) => void): () => void;
  /** Whether a request of a check has this id. */
  isKnown(requestId: string): boolean;
  /** Takes a callback; null: it answers no request of a check. */
  take(kind: WorkerKind, body: Uint8Array): CallbackReply | null;
};

export function createCheckAnswers(): CheckAnswers {
  const waiting = new Map<string, (answer: OpmlCallback) => void>();
  return {
    listen(requestId, heard) {
      waiting.set(requestId, heard);
      return () => waiting.delete(requestId);
    },
    isKnown: (requestId) => waiting.has(requestId),
    take(kind, body) {
      // Nearly always: the callback is read once, by who it is for.
      if (waiting.size === 0 || kind !== 'opml') return null;
      try {
        const answer = readOpmlCallback(body);
        const heard = waiting.get(answer.req_id);
        if (heard === undefined) return null;
        heard(answer);
        return {status: 200, code: 200, message: 'success'};
      } catch (error) {
        if (isAosError(error)) return null; // refused with the callbacks of jobs
        throw error;
      }
    },
  };
}
