import {isAosError} from '../../lib/foundation/errors/error.ts';
import type {OpmlCallback} from '../../lib/protocol/wire/messages.ts';
import {endsWith, faultyAnswer} from './faults.ts';
import type {Inferred} from './inference.ts';
import {textReply, type Incoming, type Life, type LifeParts, type Reply} from './life.ts';
import {deliver} from './opml-delivery.ts';
import {readOpmlRequest, type OpmlRequest} from './opml-request.ts';

const json = (status: number, body: object): Reply =>
  textReply(status, 'application/json', JSON.stringify(body));
const refusal = (code: number, message: string): Reply => json(code, {code, message});

/**
 * A worker as the reference operator expects one (docs/protocol.md#workers): GET /api/v1/status tells how many requests
 * are open, requests wait for one another, and an answer is posted until the operator has it.
 * @param queueLimit most open requests and undelivered answers; more are refused with HTTP 503
 */
export function friendlyLife(parts: LifeParts, queueLimit: number): Life {
  const {infer, stats, faults, time, signal, die} = parts;

  /** True when the operator accepted the answer. */
  async function post(request: OpmlRequest, {text, stateRoot}: Inferred): Promise<boolean> {
    const callback: OpmlCallback = {
      req_id: faults.otherId === true ? `${request.req_id}-other` : request.req_id,
      node_id: '',
      model: request.model,
      prompt: request.prompt,
      answer: faultyAnswer(text, faults),
      state_root: stateRoot,
    };
    const body = JSON.stringify(callback);
    try {
      if (faults.lateMs !== undefined && faults.lateMs > 0) await time.sleep(faults.lateMs, signal);
      const isTaken = await deliver(request.callback, body, time, signal);
      if (faults.answerTwice === true) await deliver(request.callback, body, time, signal);
      return isTaken;
    } catch (error) {
      // Only the end of this life ends a wait early.
      if (signal.aborted) return false;
      throw error;
    }
  }

  async function work(request: OpmlRequest, isMute: boolean): Promise<void> {
    const answer = await infer(request.prompt);
    stats.open -= 1;
    // The delivery of an answer does not delay the next inference.
    stats.delivering += 1;
    const isDelivered = answer !== null && !isMute && !signal.aborted && (await post(request, answer));
    stats.delivering -= 1;
    if (isDelivered) stats.delivered += 1;
    else stats.failed += 1;
  }

  async function take(request: OpmlRequest): Promise<Reply> {
    if (faults.refuse === true) return refusal(500, 'refused by a fault');
    if (faults.busy !== undefined) return refusal(faults.busy, 'busy by a fault');
    if (stats.open + stats.delivering >= queueLimit) return refusal(503, 'too many requests are waiting');
    stats.asked += 1;
    stats.open += 1;
    const isLast = endsWith(request.prompt, stats.asked, faults);
    const done = work(request, isLast || faults.never === true || faults.locked === true);
    if (faults.early === true) await done;
    if (isLast) die();
    return json(200, {code: 200, message: 'success'});
  }

  async function replyTo(body: Incoming['body']): Promise<Reply> {
    try {
      return await take(readOpmlRequest(await body()));
    } catch (error) {
      if (!isAosError(error)) throw error;
      return refusal(error.code === 'FRAME_TOO_LARGE' ? 413 : 400, error.message);
    }
  }

  return {
    async handle({route, body}: Incoming) {
      if (route === 'GET /api/v1/status')
        return json(200, {msg: (faults.locked === true ? 0 : stats.open).toString()});
      if (route !== 'POST /api/v1/question') return refusal(404, 'not found');
      const reply = await replyTo(body);
      if (reply.status >= 400) stats.refused += 1;
      return reply;
    },
  };
}
