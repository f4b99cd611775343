import type {IncomingMessage} from 'node:http';
import {createLimiter} from '../../lib/foundation/async/limiter.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import type {Time} from '../../lib/foundation/time/time.ts';
import type {JsonObject} from '../../lib/protocol/wire/json.ts';
import type {Llm} from '../llm/host.ts';
import {routeOf, serveHttp, type HttpReply} from '../net/serve.ts';
import type {Fields} from '../published/body.ts';
import {faultyAnswer} from '../worker/faults.ts';
import {jsonReply, NOT_FOUND, readJson} from './actix.ts';
import type {Attestor} from './attestation.ts';
import type {TeeFaults} from './faults.ts';
import {postOnce} from './reqwest.ts';

export type TeeWorkerOptions = {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** What is in the enclave. */
  llm: Pick<Llm, 'complete'>;
  /** What vouches for its answers. */
  attestor: Pick<Attestor, 'attest'>;
  /** Length of an answer in tokens, whatever a question asks for. [32] */
  maxTokens?: number;
  /** The port of 127.0.0.1 that answers go to, asked at each answer. [21001, as in the published program] */
  callbackPort?: () => number;
  faults?: TeeFaults;
  time?: Time;
};

export type TeeStats = {
  /** Questions that were taken. */
  asked: number;
  /** Questions refused with HTTP 4xx or 5xx. */
  refused: number;
  /** Answers that the operator accepted. */
  delivered: number;
  /** Questions that were taken, and of which no answer was accepted. */
  failed: number;
};

export type TeeWorker = {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  stats(): TeeStats;
  /** Ends it as SIGKILL does: nothing of what is open is ever answered. */
  close(): Promise<void>;
};

/** The port that the published program calls, of an operator beside it. */
export const TEE_CALLBACK_PORT = 21_001;
const CALLBACK_PATH = '/api/tee_callback';
/** The model of the published program, whatever a question names. */
const MODEL = './llama-2-7b-chat.Q4_0.gguf';

const QUESTION: Fields = {
  name: 'QuestionReq',
  fields: [
    {name: 'request_id', kind: 'text'},
    {name: 'node_id', kind: 'text'},
    {name: 'model', kind: 'text'},
    {name: 'prompt', kind: 'text'},
    {
      name: 'params',
      kind: 'object',
      of: {
        name: 'InferParams',
        fields: [
          {name: 'temperature', kind: 'f32'},
          {name: 'top_p', kind: 'f32'},
          {name: 'max_tokens', kind: 'u32'},
        ],
      },
    },
    {name: 'prompt_hash', kind: 'text'},
    {name: 'signature', kind: 'text'},
  ],
};

type Question = {requestId: string; prompt: string};
type Answer = Question & {text: string; document: Buffer; elapsed: number};

/**
 * A tee worker that behaves as the published program does (docs/protocol.md#workers), stuck states included: one question at a
 * time, an answer posted once to this machine, nothing remembered over a start. The enclave is a stand-in: the tiny model
 * answers, and the attestation document says that there is no enclave behind it.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function startTeeWorker(options: TeeWorkerOptions): Promise<TeeWorker> {
  const {host, llm, attestor, maxTokens = 32, faults = {}, time = systemTime} = options;
  const {callbackPort = () => TEE_CALLBACK_PORT} = options;
  const stats: TeeStats = {asked: 0, refused: 0, delivered: 0, failed: 0};
  // One answer after the other: one that the operator takes and does not reply to holds up all later ones.
  const postman = createLimiter(1);
  let remainTask = 1;

  /** What the enclave gives; null: it is gone. */
  async function ask({requestId, prompt}: Question): Promise<Answer | null> {
    if (faults.enclave === 'gone') return null;
    const start = time.monotonic();
    const completed = await llm.complete(prompt, maxTokens).catch(() => null); // the model failed
    if (completed === null || faults.enclave === 'dies') return null;
    const text = faultyAnswer(completed.text, faults);
    const elapsed = Math.trunc(time.monotonic() - start);
    const document = await attestor.attest(text, time.now(), faults.attestation);
    const said = faults.alteredAnswer === true ? `${text}!` : text;
    return {requestId, prompt, text: said, document, elapsed};
  }

  async function post({requestId, prompt, text, document, elapsed}: Answer): Promise<boolean> {
    const body = JSON.stringify({
      request_id: faults.otherId === true ? `${requestId}-other` : requestId,
      node_id: '',
      model: MODEL,
      prompt,
      answer: text,
      attestation: faults.badAttestation === true ? 'no base64!' : document.toString('base64'),
      attest_signature: '',
      elapsed,
    });
    const status = await postOnce(callbackPort(), CALLBACK_PATH, body, server.closed);
    return status >= 200 && status < 300;
  }

  async function work(question: Question): Promise<void> {
    const answer = await ask(question);
    // Without an answer the one task is never given back.
    const isDelivered =
      answer !== null &&
      (await postman.run(async () => {
        remainTask = 1;
        return faults.never !== true && !server.closed.aborted && (await post(answer));
      }));
    if (isDelivered) stats.delivered += 1;
    else stats.failed += 1;
  }

  async function take(body: JsonObject): Promise<HttpReply> {
    if (faults.enclave === 'none') return jsonReply(503, '""');
    if (remainTask === 0 || faults.busy === true) return jsonReply(503, '{}');
    remainTask = 0;
    stats.asked += 1;
    const done = work({requestId: textOf(body, 'request_id'), prompt: textOf(body, 'prompt')});
    if (faults.early === true) await done;
    return jsonReply(200, '{"answer":""}');
  }

  async function handle(request: IncomingMessage): Promise<HttpReply> {
    switch (routeOf(request)) {
      case 'GET /api/v1/status':
        return jsonReply(200, `{"remain_task":${faults.busy === true ? 0 : remainTask}}`);
      case 'POST /api/v1/question': {
        const read = await readJson(request, QUESTION);
        const reply = 'refusal' in read ? read.refusal : await take(read.body);
        if (reply.status >= 400) stats.refused += 1;
        return reply;
      }
      default:
        request.resume();
        return NOT_FOUND;
    }
  }

  const server = await serveHttp(host, options.port, handle);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    stats: () => ({...stats}),
    close: server.close,
  };
}

/** A member that was checked to be a text. */
function textOf(body: JsonObject, name: string): string {
  const value = body.get(name);
  return typeof value === 'string' ? value : '';
}
