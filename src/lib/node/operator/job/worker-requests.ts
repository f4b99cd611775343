import {abortable} from '../../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {readOpmlCallback, type WorkerKind} from '../../../protocol/wire/messages.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Emit} from '../../events/events.ts';
import type {Conclusion, RequestRecord} from '../../journal/records.ts';
import type {RequestJournal} from '../../journal/journal.ts';

/** What our HTTP server answers a worker's callback with. */
export type CallbackReply = {status: number; code: number; message: string};

/** Requests to workers and their answers, which come by HTTP callback (docs/protocol.md#request-ids). */
export type WorkerRequests = {
  /** A first request for a job, to be journalled with its selection; `requestId` when it has one already. */
  first(seq: number, kind: WorkerKind, requestId?: string): Omit<RequestRecord, 'answer'>;
  /** That request is in the journal: `claim` gives its id when it is put. */
  journalled(request: {seq: number; requestId: string}): void;
  /** The id of a first request of this job that is in the journal and was not put yet. */
  claim(seq: number): string | undefined;
  /**
   * Waits until any request of this job is answered, and has the job concluded with it in the write that stores the
   * callback: `answerOf` makes the answer of the callback's body.
   */
  await<T extends Conclusion>(
    seq: number,
    wait: {timeoutMs: number; signal: AbortSignal; answerOf: (body: string) => T},
  ): Promise<T>;
  /** Takes a callback: once per request id, durable before the worker gets its reply. */
  take(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
};

export function createWorkerRequests(deps: {
  journal: RequestJournal;
  time: Time;
  emit: Emit;
  /** An unguessable id. */
  newSecretId: () => string;
}): WorkerRequests {
  const {journal, time, emit} = deps;
  const prepared = new Map<number, string>();
  const waiting = new Map<number, {conclude: (body: string) => Conclusion; stored: () => void}>();
  let refused = 0;

  function refuse(why: 'unknown' | 'already' | 'invalid', status: number, message: string): CallbackReply {
    refused += 1;
    emit({type: 'callback_refused', why, count: refused});
    return {status, code: status, message};
  }

  return {
    first: (seq, kind, requestId = deps.newSecretId()) => ({
      requestId,
      seq,
      kind,
      attempt: 1,
      askedAt: time.now(),
    }),
    journalled({seq, requestId}) {
      prepared.set(seq, requestId);
    },
    claim(seq) {
      const requestId = prepared.get(seq);
      prepared.delete(seq);
      return requestId;
    },
    await<T extends Conclusion>(
      seq: number,
      {timeoutMs, signal, answerOf}: {timeoutMs: number; signal: AbortSignal; answerOf: (body: string) => T},
    ) {
      return abortable<T>(signal, (resolve, reject) => {
        let answer: T | undefined;
        const cancelTimer = time.after(timeoutMs, () =>
          reject(new AosError('WORKER_TIMEOUT', `no answer within ${Math.round(timeoutMs / 1000)} s`)),
        );
        waiting.set(seq, {
          conclude: (body) => (answer = answerOf(body)),
          // Undefined when the wait began only after the callback was stored.
          stored: () => {
            if (answer !== undefined) resolve(answer);
          },
        });
        return () => {
          waiting.delete(seq);
          cancelTimer();
        };
      });
    },
    async take(kind, bytes) {
      let requestId: string;
      try {
        if (kind !== 'opml') return refuse('invalid', 404, `no ${kind} worker here`);
        requestId = readOpmlCallback(bytes).req_id;
      } catch (error) {
        if (!isAosError(error)) throw error;
        return refuse('invalid', 400, error.message);
      }
      const body = Buffer.from(bytes).toString('utf8');
      const taken = await journal.answer(
        requestId,
        body,
        time.now(),
        (seq) => waiting.get(seq)?.conclude(body) ?? null,
      );
      if (taken.state !== 'taken') return refuse(taken.state, 404, `no request waits for this req_id`);
      waiting.get(taken.seq)?.stored();
      return {status: 200, code: 200, message: 'success'};
    },
  };
}
