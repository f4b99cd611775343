import type {EngineConfig} from '../../../config/config.ts';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {duration, durationText} from '../../../foundation/time/duration.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {engineBody, type EngineFacts} from '../../../protocol/wire/engine-body.ts';
import type {JsonObject} from '../../../protocol/wire/json.ts';
import {createExchange} from './exchange.ts';
import type {Gathered} from './gather.ts';
import {createEngineHttp} from './http.ts';
import {limitOf} from './limit.ts';
import {createPins} from './pins.ts';
import {samplingOf} from './sampling.ts';
import {aboutOf, createSight, has, notListed, type Seen, type Sight} from './sight.ts';

/** What is seen of an engine without a request. */
export type EngineLook = {
  /** Why it takes no request now; null: it takes one. */
  busy: string | null;
  /** How many requests it works on at a time; null: it does not say. */
  places: number | null;
  /** What it is, for people: `vLLM 0.9.1 with tiny-llama`. */
  about: string;
};

export type EngineQuestion = {requestId: string; model: string; prompt: string; params: JsonObject};

/** The body of an answer as the journal keeps it, and why it may not be delivered. */
export type EngineReply = {body: string; doubt: AosError | null};

/** One OpenAI-compatible server (docs/adr/0060-any-engine-as-a-worker.md). */
export type Engine = {
  readonly url: string;
  readonly host: string;
  readonly name: string;
  /** @throws AosError WORKER_UNREACHABLE | WORKER_REFUSED | WORKER_CHANGED | ENGINE_FILE_INVALID | KEY_UNSAFE */
  look(signal: AbortSignal): Promise<EngineLook>;
  /**
   * Has one prompt answered.
   * @throws AosError as {@link Engine.look}; WORKER_BUSY | REQUEST_REJECTED: nothing was done; WORKER_LOST |
   *   WORKER_TIMEOUT | WORKER_BAD_ANSWER: an attempt
   */
  ask(question: EngineQuestion, signal: AbortSignal): Promise<EngineReply>;
  close(): Promise<void>;
};

const PATHS = {chat: '/v1/chat/completions', completions: '/v1/completions'} as const;
/** Jobs in a row whose request an engine does not take: then it is the engine. */
const MOST_REJECTED = 3;
const MOST_SHOWN = 100;
/** Looks at what gave an answer, and the waits between them. */
const MOST_LOOKS = 4;
const LOOK_AGAIN_MS = 3_000;
const LONGEST_WAIT_MS = 20_000;

/** @param url base URL, checked */
export function createEngine(
  url: string,
  config: EngineConfig,
  {answerTimeoutMs, time}: {answerTimeoutMs: number; time: Time},
): Engine {
  const {api, models: wanted, apiKeyFile, ca} = config;
  const http = createEngineHttp({url, apiKeyFile, ca, time});
  const {name} = http;
  const path = PATHS[api];
  const asked = {name, path, hasKey: apiKeyFile !== null};
  const pins = createPins(name, time);
  const rejected = new Set<string>();
  const sight = createSight(http, asked, time);
  const {factsOf} = sight;
  /** It asked to be left alone until then, monotonic ms. */
  let busyUntil = -Infinity;
  const pause = (ms: number): void => void (busyUntil = time.monotonic() + ms);
  const exchange = createExchange(config, {http, asked, time, pause});

  async function look(signal: AbortSignal): Promise<EngineLook> {
    const waitMs = busyUntil - time.monotonic();
    if (waitMs > 0)
      return {busy: 'it asked for a pause (Retry-After)', places: null, about: `pauses ${duration(waitMs)}`};
    let seen: Seen;
    try {
      seen = await sight.see(signal);
    } catch (error) {
      // llama.cpp says 503 to everything while it loads its model.
      if (!isAosError(error, 'WORKER_BUSY')) throw error;
      const wishedMs = retryAfterOf(error);
      if (wishedMs !== null) pause(wishedMs);
      return {busy: error.message.replace(`${name} is `, ''), places: null, about: ''};
    }
    const all = [...new Set(wanted.values())];
    const here = all.filter((model) => has(seen, model));
    if (here.length === 0) throw notListed(name, all, seen.models);
    for (const model of here) pins.check(model, factsOf(seen, model));
    const missing = all.filter((model) => !here.includes(model));
    return {busy: null, places: seen.kind.placesOf(seen.said), about: aboutOf(seen, here, missing)};
  }

  async function askWith(question: EngineQuestion, model: string, signal: AbortSignal): Promise<EngineReply> {
    const {requestId, prompt, params} = question;
    const seen = sight.last() ?? (await sight.see(signal));
    if (!has(seen, model)) throw notListed(name, [model], seen.models);
    const before = factsOf(seen, model);
    const sampling = samplingOf(params, config, seen.kind.dialect);
    const limit = limitOf(signal, time, {ms: answerTimeoutMs, late: () => late(name, answerTimeoutMs)});
    let said: Gathered;
    try {
      said = await exchange({model, prompt, sampling}, limit);
    } finally {
      limit.done();
    }
    const after = await seeAfter(sight, time, signal);
    const engine = answered(before, said, model);
    const doubt = pins.judge(model, {before, after: factsOf(after, model), answer: engine});
    const logprobs = config.logprobs && said.logprobs.length > 0 ? said.logprobs : null;
    const answer = {answer: said.text, engine, finish: said.finish, usage: said.usage, logprobs};
    return {
      body: engineBody(requestId, question.model, {
        ...answer,
        sampling: [['api', `"${api}"`], ...sampling.fields],
      }),
      doubt,
    };
  }

  return {
    url: http.url,
    host: http.host,
    name,
    look,
    async ask(question, signal) {
      const model = wanted.get(question.model);
      if (model === undefined)
        throw new AosError(
          'REQUEST_REJECTED',
          `workers.opml.models names no "${safeText(question.model, MOST_SHOWN)}"`,
        );
      try {
        const reply = await askWith(question, model, signal);
        rejected.clear();
        return reply;
      } catch (error) {
        if (!isAosError(error, 'REQUEST_REJECTED')) throw error;
        if (rejected.size < MOST_REJECTED) rejected.add(question.requestId);
        if (rejected.size < MOST_REJECTED) throw error;
        throw new AosError(
          'WORKER_REFUSED',
          `${error.message}; it took none of the last ${MOST_REJECTED} jobs`,
          {
            cause: error,
            next: say(
              'Check the engine’s log, and workers.opml.api: chat needs a model with a chat template.',
            ),
          },
        );
      }
    },
    close: () => http.close(),
  };
}

function late(name: string, limitMs: number): AosError {
  return new AosError('WORKER_TIMEOUT', `${name} did not end its answer within ${durationText(limitMs)}`, {
    next: say('Check the engine’s log and its load, or raise workers.opml.answer_timeout.'),
  });
}

/**
 * What the server says of itself after an answer. One that is busy, or starts anew, is asked again: the answer took its time.
 * @throws AosError WORKER_LOST: an answer of which nothing shows what gave it is as good as lost; WORKER_REFUSED
 */
async function seeAfter(sight: Sight, time: Time, signal: AbortSignal): Promise<Seen> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await sight.see(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      const isPassing = isAosError(error, 'WORKER_BUSY', 'WORKER_UNREACHABLE');
      if (isPassing && looks < MOST_LOOKS) {
        const wishedMs = retryAfterOf(error) ?? LOOK_AGAIN_MS * looks;
        await time.sleep(Math.min(wishedMs, LONGEST_WAIT_MS), signal);
        continue;
      }
      const what = `after its answer, what gave it could not be read: ${error.message}`;
      throw new AosError('WORKER_LOST', what, {cause: error, next: error.next});
    }
  }
}

/** For how long a busy engine asks to be left alone, ms; null: it does not say. */
function retryAfterOf({details}: AosError): number | null {
  const ms = details['retryAfterMs'];
  return typeof ms === 'number' ? ms : null;
}

/** Ollama says `fp_ollama` whatever its build is. */
function answered(before: EngineFacts, said: Gathered, model: string): EngineFacts {
  const build = said.fingerprint === '' || said.fingerprint === 'fp_ollama' ? before.build : said.fingerprint;
  return {...before, model: said.model === '' ? model : said.model, build};
}
