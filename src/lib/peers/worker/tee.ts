import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {isJsonNumber, type JsonObject} from '../../protocol/wire/json.ts';
import type {AskedText, WorkerClient, WorkerDriver, WorkerRequest} from './driver.ts';
import {createWorkerHttp, NEAR, type WorkerLimits} from './http.ts';
import {judgeHttpStatus, wordsOf} from './refusal.ts';
import type {StatusReply} from './status.ts';
import {objectIn} from '../../protocol/wire/object-in.ts';

/** Workers of kind tee (docs/protocol.md#tee-workers). */
export const TEE: WorkerDriver = {
  kind: 'tee',
  mostAtOnce: null,
  sticks: true,
  restart: (host) =>
    say(
      `Restart the tee worker at ${host}; if that does not help, check that its enclave runs, and that it reaches 127.0.0.1 at workers.tee.callback_port.`,
    ),
  hangs: 'the published tee worker hangs like this when its enclave has gone',
  // It gives its place back whether its answer arrived or not.
  idle: (host) =>
    say(
      `Check that the tee worker at ${host} runs on this machine and reaches 127.0.0.1 at workers.tee.callback_port; else check its log for why it started anew.`,
    ),
  createClient: (url) => createTeeClient(url),
  whyUnfit,
  needsKnownGood: false,
  checkJob: (question) => ({...question, params: new Map()}),
};

/** What the worker gets for a job that does not say it; it uses its own anyway. */
const USUAL = {temperature: 0, topP: 0.95, maxTokens: 128} as const;
/** The worker refuses a larger request with 413, bytes. */
const MOST_BODY = 2 * 1024 * 1024;
/** The worker reads 32 bits. */
const MOST_TOKENS = 2 ** 32 - 1;

/**
 * The body of `POST /api/v1/question`: the worker refuses one without any of these members, and one whose `max_tokens` is
 * written with a point.
 */
function teeQuestionBody({requestId, nodeId, model, prompt, params}: WorkerRequest): string {
  return JSON.stringify({
    request_id: requestId,
    node_id: nodeId,
    model,
    prompt,
    prompt_hash: '',
    signature: '',
    params: {
      temperature: numberOf(params, 'temperature') ?? USUAL.temperature,
      top_p: numberOf(params, 'top_p') ?? USUAL.topP,
      max_tokens: tokensOf(params),
    },
  });
}

function numberOf(params: JsonObject, name: string): number | null {
  const value = params.get(name);
  if (!isJsonNumber(value)) return null;
  const number = Number(value.text);
  return Number.isFinite(number) ? number : null;
}

function tokensOf(params: JsonObject): number {
  const wanted = Math.trunc(numberOf(params, 'max_tokens') ?? 0);
  return wanted >= 1 ? Math.min(wanted, MOST_TOKENS) : USUAL.maxTokens;
}

/**
 * Reads a status: `remain_task` is how many requests the worker takes now.
 * @param most the largest number that it has said
 */
function readTeeStatus(body: string, most: number): StatusReply & {remaining: number | null} {
  const remaining = objectIn(body)?.get('remain_task');
  if (!isJsonNumber(remaining) || !/^\d{1,6}$/.test(remaining.text))
    return {busy: 'an unreadable status', open: null, nodeId: null, remaining: null};
  const count = Number(remaining.text);
  return {
    busy: count > 0 ? null : 'remain_task 0',
    open: Math.max(0, most - count),
    nodeId: null,
    remaining: count,
  };
}

/** Why no tee worker ever takes a question with this text; null: one may. */
function whyUnfit({model, prompt, params}: AskedText): string | null {
  const half = [model, prompt].some((text) => /\p{Surrogate}/u.test(text));
  if (half) return 'its text has half a character (a lone surrogate), which no tee worker reads';
  // At most six bytes each: most jobs need no more than this.
  if ((model.length + prompt.length) * 6 < MOST_BODY / 2) return null;
  const ids = {requestId: '0'.repeat(64), nodeId: '0'.repeat(64), callbackUrl: ''};
  const replied = (): Promise<void> => Promise.resolve();
  const size = Buffer.byteLength(teeQuestionBody({...ids, model, prompt, params, replied}));
  return size <= MOST_BODY ? null : 'its request is larger than the 2 MiB that a tee worker reads';
}

/** Judges the reply to a question; null: it was taken. */
function judgeTeeReply(name: string, host: string, status: number, body: string): AosError | null {
  // Full, it says {}; the empty text says that there is no enclave.
  if (status === 503 && body.trim() === '""')
    return new AosError('WORKER_STUCK', `${name} has no enclave: HTTP 503`, {next: TEE.restart(host)});
  const next = say('Check the worker’s log, and that workers.tee names a tee worker.');
  return judgeHttpStatus(name, status, `HTTP ${status}${wordsOf(body)}`, next);
}

/** @param url base URL, checked */
function createTeeClient(url: string, limits: WorkerLimits = NEAR): WorkerClient {
  const http = createWorkerHttp('tee', url, limits);
  const {host, name} = http;
  /** The published worker takes one at a time. */
  let most = 1;
  return {
    url: http.url,
    host,
    name,
    async status(signal) {
      const reply = await http.look({method: 'GET', path: '/api/v1/status', body: null}, signal);
      if (reply.status !== 200)
        throw new AosError('WORKER_UNREACHABLE', `${name} answers its status with HTTP ${reply.status}`, {
          next: http.start,
        });
      const {remaining, ...status} = readTeeStatus(reply.body, most);
      if (remaining !== null) most = Math.max(most, remaining);
      return {method: 'GET', ...status, places: most, isIdle: remaining === most};
    },
    async ask(request, signal) {
      const reply = await http.put('/api/v1/question', teeQuestionBody(request), signal);
      const failure = judgeTeeReply(name, host, reply.status, reply.body);
      if (failure !== null) throw failure;
    },
    prove: () => Promise.resolve(),
    close: () => http.close(),
  };
}
