import * as v from 'valibot';
import type {Llm} from '../llm/host.ts';
import {routeOf, serveHttp, type HttpReply} from '../net/serve.ts';
import {readBody} from '../worker/opml-request.ts';
import {STAND_IN_MODEL, type EngineApi} from './stand-in.ts';

/** A stand-in for an OpenAI-compatible server. No published server is imitated: what it says is what all of them say. */
export type EngineServer = {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** The tiny model finds no end by itself: its texts end after so many tokens. */
const MOST_TOKENS = 32;
/** One event of the stream. */
const PIECE = 8;

const asked = v.object({
  model: v.string(),
  max_tokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), MOST_TOKENS),
  n: v.optional(v.literal(1), 1),
  stream: v.optional(v.boolean(), false),
});
const chat = v.object({
  messages: v.pipe(v.array(v.object({role: v.string(), content: v.string()})), v.minLength(1)),
});
const completions = v.object({prompt: v.string()});

/**
 * Starts the stand-in: the tiny model, which knows no conversation and no parameter but `max_tokens`.
 * @param options.root what names the model’s file in its list of models
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function startEngineServer(options: {
  host: string;
  /** 0 takes a free one. */
  port: number;
  llm: Llm;
  root: string;
}): Promise<EngineServer> {
  const {host, llm, root} = options;

  async function complete(api: EngineApi, body: Uint8Array): Promise<HttpReply> {
    const question = read(api, body);
    if (typeof question === 'string') return failure(400, 'BadRequestError', question);
    const {model, prompt, maxTokens, isStream} = question;
    if (model !== STAND_IN_MODEL)
      return failure(404, 'NotFoundError', `The model ${JSON.stringify(model)} does not exist.`);
    const {text, tokens} = await llm.complete(prompt, Math.min(maxTokens, MOST_TOKENS));
    const said = {
      text,
      finish: tokens.length === maxTokens ? 'length' : 'stop',
      usage: {prompt_tokens: Buffer.byteLength(prompt), completion_tokens: tokens.length},
    };
    return isStream ? streamed(api, said) : whole(api, said);
  }

  const server = await serveHttp(host, options.port, async (request) => {
    switch (routeOf(request)) {
      case 'GET /v1/models':
        return json(200, {
          object: 'list',
          data: [{id: STAND_IN_MODEL, object: 'model', owned_by: 'aos devnet', root}],
        });
      case 'POST /v1/completions':
        return complete('completions', await readBody(request, MAX_BODY_BYTES));
      case 'POST /v1/chat/completions':
        return complete('chat', await readBody(request, MAX_BODY_BYTES));
      default:
        return failure(404, 'NotFoundError', 'Not Found');
    }
  });
  return {url: `http://${host}:${server.port}`, close: () => server.close()};
}

type Question = {model: string; prompt: string; maxTokens: number; isStream: boolean};

/** @returns the question; a text: why it is none */
function read(api: EngineApi, body: Uint8Array): Question | string {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return 'The body is no JSON.';
  }
  const common = v.safeParse(asked, value);
  if (!common.success) return common.issues[0].message;
  const {model, max_tokens: maxTokens, stream: isStream} = common.output;
  if (api === 'completions') {
    const own = v.safeParse(completions, value);
    return own.success ? {model, prompt: own.output.prompt, maxTokens, isStream} : own.issues[0].message;
  }
  const own = v.safeParse(chat, value);
  if (!own.success) return own.issues[0].message;
  return {model, prompt: own.output.messages.at(-1)?.content ?? '', maxTokens, isStream};
}

type Said = {text: string; finish: string; usage: Readonly<Record<string, number>>};

function streamed(api: EngineApi, {text, finish, usage}: Said): HttpReply {
  const choice = (piece: string): object => (api === 'chat' ? {delta: {content: piece}} : {text: piece});
  const events = [
    ...piecesOf(text).map((piece) => ({choices: [{index: 0, ...choice(piece), finish_reason: null}]})),
    {choices: [{index: 0, ...choice(''), finish_reason: finish}]},
    {choices: [], usage},
  ];
  const lines = events.map((event) => `data: ${JSON.stringify({model: STAND_IN_MODEL, ...event})}\n\n`);
  return {
    status: 200,
    headers: {'content-type': 'text/event-stream; charset=utf-8'},
    body: `${lines.join('')}data: [DONE]\n\n`,
  };
}

function whole(api: EngineApi, {text, finish, usage}: Said): HttpReply {
  const said = api === 'chat' ? {message: {role: 'assistant', content: text}} : {text};
  return json(200, {model: STAND_IN_MODEL, choices: [{index: 0, ...said, finish_reason: finish}], usage});
}

function piecesOf(text: string): string[] {
  const signs = Array.from(text);
  return Array.from({length: Math.ceil(signs.length / PIECE)}, (_, index) =>
    signs.slice(index * PIECE, (index + 1) * PIECE).join(''),
  );
}

function failure(status: number, type: string, message: string): HttpReply {
  return json(status, {error: {message, type}});
}

function json(status: number, value: object): HttpReply {
  return {status, headers: {'content-type': 'application/json'}, body: JSON.stringify(value)};
}
