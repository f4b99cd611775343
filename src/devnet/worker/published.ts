import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {every} from '../../lib/foundation/async/every.ts';
import {isAosError} from '../../lib/foundation/errors/error.ts';
import {endsWith, faultyAnswer} from './faults.ts';
import {goJson, readGoRequest, type GoRequest} from './go-json.ts';
import {goPost} from './go-post.ts';
import {textReply, type Incoming, type Life, type LifeParts, type Reply} from './life.ts';

export type PublishedOptions = {
  /** Its own base URL, by which its heartbeat names it. */
  url: () => string;
  /** Where its heartbeat goes, a base URL, asked at each beat; null: nowhere. */
  heartbeatTo: (() => string | null) | null;
  /** Two requests at the same moment lock it for good; else the second gets the reply of a busy worker. */
  canLock: boolean;
  /** The program's image, part of every state root. */
  program: string;
};

/** From its reply to a request until the request counts as open: one that comes between them meets no check. */
const RACE_MS = 2;
const CALLBACK_LIMIT_MS = 60_000;
const BEAT_EVERY_MS = 5_000;

const json = (status: number, code: number, data: string): Reply =>
  textReply(
    status,
    'application/json; charset=utf-8',
    goJson({code, msg: code === -1 ? 'jobs exceed' : '', data}),
  );

/**
 * A worker as the published program behaves (docs/protocol.md#workers): status by POST alone and always well, one request
 * at a time, an answer posted once, nothing remembered over a start, and no answer ever again after two requests at the
 * same moment.
 */
export function publishedLife(parts: LifeParts, options: PublishedOptions): Life {
  const {infer, stats, faults, time, signal, die} = parts;
  // Two of them, both new at each start; neither is the operator's.
  const nodeId = randomUUID();
  const callbackNodeId = randomUUID();
  /** Requests that it replied to and that do not count yet. */
  let begun = 0;
  let open = 0;
  let isLocked = false;
  const {heartbeatTo} = options;
  if (heartbeatTo !== null) void every(BEAT_EVERY_MS, {time, signal}, () => beat(heartbeatTo()));

  function beat(to: string | null): void {
    if (to === null) return;
    const body = goJson({string: 'string', Default: {worker_name: options.url(), queue_length: open}});
    void goPost(`${to}/receive_heart_beat`, body, BEAT_EVERY_MS, signal);
  }

  /** It depends on the program and on the number of the prompt's tokens, never on the answer. */
  function stateRoot(prompt: string): string {
    const tokens = Buffer.byteLength(prompt) + 1;
    return `0x${createHash('sha256').update(`${options.program}:${tokens}`).digest('hex')}`;
  }

  async function callBack(request: GoRequest, text: string): Promise<boolean> {
    const {model, prompt, reqId, callback} = request;
    const answer = faultyAnswer(text, faults);
    if (model === '' || reqId === '' || callback === '') return false;
    // The program drops an empty answer; the fault sends it.
    if (answer === '' && faults.emptyAnswer !== true) return false;
    const req_id = faults.otherId === true ? `${reqId}-other` : reqId;
    const state_root = stateRoot(prompt);
    const body = goJson({node_id: callbackNodeId, req_id, model, prompt, answer, state_root});
    const status = await goPost(callback, body, CALLBACK_LIMIT_MS, signal);
    if (faults.answerTwice === true) await goPost(callback, body, CALLBACK_LIMIT_MS, signal);
    return status >= 200 && status < 300;
  }

  async function work(request: GoRequest, isMute: boolean): Promise<void> {
    stats.open += 1;
    open += 1;
    // The same prompt gives another answer each time.
    const inferred = await infer(`${request.prompt}\n${randomBytes(4).toString('hex')} `);
    if (faults.lateMs !== undefined && faults.lateMs > 0)
      await time.sleep(faults.lateMs, signal).catch(() => undefined); // the end of this life is seen below
    open -= 1;
    stats.open -= 1;
    stats.delivering += 1;
    const isDelivered =
      inferred !== null && !isMute && !signal.aborted && (await callBack(request, inferred.text));
    stats.delivering -= 1;
    if (isDelivered) stats.delivered += 1;
    else stats.failed += 1;
  }

  /** The reply is on its way; now it counts, unless another one came as early. */
  async function begin(request: GoRequest, isMute: boolean): Promise<void> {
    begun += 1;
    if (begun > 1) isLocked = true;
    await time.sleep(RACE_MS, signal).catch(() => undefined); // the end of this life is seen below
    begun -= 1;
    if (signal.aborted || isLocked) stats.failed += 1;
    else await work(request, isMute);
  }

  async function take(request: GoRequest): Promise<Reply> {
    if (faults.refuse === true) return json(500, 500, '');
    if (faults.busy === 503) return json(503, -1, '');
    const isFull = open > 0 || (begun > 0 && !options.canLock);
    const isStuck = isLocked || faults.locked === true;
    if (faults.busy === 400 || (isFull && !isStuck)) return json(400, -1, '');
    stats.asked += 1;
    const isLast = endsWith(request.prompt, stats.asked, faults);
    const isMute = isLast || request.isWrong || isStuck || faults.never === true;
    if (isStuck) stats.failed += 1;
    else {
      const done = begin(request, isMute);
      if (faults.early === true) await done;
    }
    if (isLast) die();
    const data = goJson({node_id: nodeId, req_id: request.reqId});
    // A request that it cannot read is refused by its status alone: it works on what it has of it.
    return json(request.isWrong ? 400 : 200, 200, data);
  }

  async function replyTo({route, body}: Incoming): Promise<Reply> {
    if (route === 'POST /api/v1/status') return json(200, 0, goJson({status: 0, node_id: nodeId}));
    if (route !== 'POST /api/v1/question') return textReply(404, 'text/plain', '404 page not found');
    let bytes: Uint8Array = new Uint8Array();
    try {
      bytes = await body();
    } catch (error) {
      if (!isAosError(error)) throw error; // too large: read as empty
    }
    const reply = await take(readGoRequest(bytes));
    if (reply.status !== 200) stats.refused += 1;
    return reply;
  }

  return {handle: replyTo};
}
