import {isAosError} from '../../../foundation/errors/error.ts';
import type {WorkerKind} from '../../../protocol/wire/messages.ts';
import {CALLBACK_ID, readWorkerAnswer, type WorkerAnswer} from '../../../protocol/wire/worker-answers.ts';
import type {CallbackReply} from '../job/worker-requests.ts';
import type {DirectReply} from '../ports.ts';

/** The answers to requests that a check puts: they belong to no job, and are in no journal. */
export type CheckAnswers = {
  /** Hears of the answer to a request. @returns ends that */
  listen(requestId: string, heard: (answer: WorkerAnswer) => void): () => void;
  /** Whether a request of a check has this id. */
  isKnown(requestId: string): boolean;
  /** Takes a callback; null: it answers no request of a check. */
  take(kind: WorkerKind, body: Uint8Array): CallbackReply | null;
  /** Takes what a worker said in its reply; what is in doubt is the error of the request. */
  replied(kind: WorkerKind, requestId: string, reply: DirectReply): void;
};

export function createCheckAnswers(): CheckAnswers {
  const waiting = new Map<string, (answer: WorkerAnswer) => void>();
  return {
    listen(requestId, heard) {
      waiting.set(requestId, heard);
      return () => waiting.delete(requestId);
    },
    isKnown: (requestId) => waiting.has(requestId),
    take(kind, body) {
      // Nearly always: the callback is read once, by who it is for.
      if (waiting.size === 0 || CALLBACK_ID[kind] === null) return null;
      try {
        const answer = readWorkerAnswer(kind, body);
        const heard = waiting.get(answer.requestId);
        if (heard === undefined) return null;
        heard(answer);
        return {status: 200, code: 200, message: 'success'};
      } catch (error) {
        if (isAosError(error)) return null; // refused with the callbacks of jobs
        throw error;
      }
    },
    replied(kind, requestId, {body, doubt}) {
      if (doubt === null) waiting.get(requestId)?.(readWorkerAnswer(kind, Buffer.from(body)));
    },
  };
}
