import {AosError, isAosError} from '../errors.ts';
import {readOpmlCallback, type WorkerKind} from '../protocol/messages.ts';
import type {Time} from '../time.ts';
import type {Emit} from './events.ts';
import type {Journal} from './ports.ts';

/** What our HTTP server answers a worker's callback with. */
export type CallbackReply = {status: number; code: number; message: string};

/** Questions put to workers and their answers, which come by HTTP callback (protocol §5). */
export type Questions = {
  /** Waits until any question of this job is answered; resolves with the callback's body. */
  await(seq: number, timeoutMs: number, signal: AbortSignal): Promise<string>;
  /** Takes a callback: once per request id, durable before the worker is told so. */
  take(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
};

export function createQuestions(deps: {journal: Journal; time: Time; emit: Emit}): Questions {
  const {journal, time, emit} = deps;
  const waiting = new Map<number, (body: string) => void>();
  let refused = 0;

  function refuse(why: 'unknown' | 'already' | 'invalid', status: number, message: string): CallbackReply {
    refused += 1;
    emit({type: 'callback_refused', why, count: refused});
    return {status, code: status, message};
  }

  return {
    await(seq, timeoutMs, signal) {
      return new Promise((resolve, reject) => {
        const finish = (): void => {
          waiting.delete(seq);
          cancelTimer();
          signal.removeEventListener('abort', onAbort);
        };
        const onAbort = (): void => {
          finish();
          reject(signal.reason as Error);
        };
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const cancelTimer = time.after(timeoutMs, () => {
          finish();
          reject(new AosError('WORKER_TIMEOUT', `no answer within ${Math.round(timeoutMs / 1000)} s`));
        });
        waiting.set(seq, (body) => {
          finish();
          resolve(body);
        });
        signal.addEventListener('abort', onAbort, {once: true});
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
      const taken = await journal.answer(requestId, body, time.now());
      if (taken.state !== 'taken') return refuse(taken.state, 404, `no question waits for this req_id`);
      waiting.get(taken.seq)?.(body);
      return {status: 200, code: 200, message: 'success'};
    },
  };
}
