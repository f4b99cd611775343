import {AosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {isJsonNumber, isJsonObject, type JsonObject, type JsonValue} from '../../../protocol/wire/json.ts';
import {countAt, factAt, objectAt, objectsAt, textAt} from './json.ts';
import type {Sampling} from './sampling.ts';

/** What an engine said to one request. */
export type Gathered = {
  text: string;
  finish: 'stop' | 'length';
  /** As the answer names it; '' where it does not. */
  model: string;
  /** `system_fingerprint`; '' where there is none. */
  fingerprint: string;
  usage: {prompt: number; completion: number} | null;
  logprobs: readonly {token: string; logprob: number}[];
};

/** Puts an answer together from the objects of a stream, or from the one of a whole reply. */
export type Gatherer = {
  /** @throws AosError WORKER_BAD_ANSWER | WORKER_BUSY | WORKER_LOST */
  take(chunk: JsonObject): void;
  /** The engine has said why the text ends: only its figures may still come. */
  isFinished(): boolean;
  /** @throws AosError WORKER_BAD_ANSWER: what came is no answer; WORKER_LOST: the end is missing */
  answer(): Gathered;
};

/** A result has at most 4 MiB, with what is around the text. */
const MOST_BYTES = 4 * 1024 * 1024 - 64 * 1024;
const MOST_LOGPROBS = 32_768;
const MOST_WORDS = 200;
/** What the servers call the end of a text: OpenAI’s word, and those of TGI. */
const STOPS: ReadonlySet<string> = new Set(['stop', 'eos', 'eos_token', 'stop_sequence']);
const TWO_CHOICES = 'sent more than one choice, and one was asked for';
const CALLS = ['tool_calls', 'function_call'] as const;
/** What a server makes of the thoughts of a model, where it has a parser of them. */
const THOUGHTS = ['reasoning_content', 'reasoning'] as const;
const OVERLOADED = /^(?:overloaded|rate_limit|rate_limit_exceeded|429|503)$/;

/**
 * @param name of the worker, for texts
 * @param mask takes out of the words of an engine what may not be shown
 */
export function createGatherer(
  name: string,
  {maxTokens, isOwnLimit}: Sampling,
  mask: (text: string) => string,
): Gatherer {
  const parts: string[] = [];
  const logprobs: {token: string; logprob: number}[] = [];
  let bytes = 0;
  let finish: string | null = null;
  let model = '';
  let fingerprint = '';
  let usage: Gathered['usage'] = null;
  let hasChoice = false;
  /** A parser of the server has taken a part of the text for thoughts. */
  let hasThought = false;
  /** Each token so far has its log-probability: one left out would shift the others. */
  let isSure = true;

  const bad = (what: string, next?: string): AosError =>
    new AosError('WORKER_BAD_ANSWER', `${name} ${what}`, next === undefined ? {} : {next: say(next)});

  const shown = (text: string): string => safeText(mask(text), MOST_WORDS);

  function same(before: string, now: string, what: string): string {
    if (now === '' || now === before) return before;
    if (before === '') return now;
    const [old, other] = [before, now].map((text) => safeText(text, MOST_WORDS));
    throw bad(`changed its ${what} within one answer, from ${old ?? ''} to ${other ?? ''}`);
  }

  function takeChoice(choice: JsonObject): void {
    const index = choice.get('index') ?? null;
    if (index !== null && !(isJsonNumber(index) && Number(index.text) === 0)) throw bad(TWO_CHOICES);
    hasChoice = true;
    // A stream has `delta`, a whole reply `message`; the older API has `text` in both.
    const said = objectAt(choice, 'delta') ?? objectAt(choice, 'message');
    if (CALLS.some((field) => isSaid(said?.get(field))))
      throw bad('answered with a call of a tool', 'Run the engine without tools and without their parser.');
    if (isSaid(said?.get('refusal'))) throw bad('answered with a refusal of its model in place of a text');
    hasThought ||= THOUGHTS.some((field) => isSaid(said?.get(field)));
    const given = [said?.get('content'), choice.get('text')].find((text) => (text ?? null) !== null) ?? '';
    if (typeof given !== 'string') throw bad('sent an answer whose content is no text');
    const text = given;
    if (finish !== null && text !== '') throw bad('sent more text after the end of its answer');
    bytes += Buffer.byteLength(text);
    if (bytes > MOST_BYTES) throw bad('sent more than 4 MiB of text, which is more than a result can be');
    if (text !== '') parts.push(text);
    const end = textAt(choice, 'finish_reason') ?? '';
    if (end !== '' && finish !== null && end !== finish)
      throw bad(`ended its answer twice, with "${shown(finish)}" and with "${shown(end)}"`);
    // LocalAI sends an empty one with each token.
    if (end !== '') finish = end;
    const more = logprobsOf(choice);
    if (more === null) isSure = false;
    else if (logprobs.length <= MOST_LOGPROBS) logprobs.push(...more);
  }

  return {
    take(chunk) {
      const error = chunk.get('error');
      if (error !== undefined && error !== null) throw failureIn(name, chunk, shown);
      if (textAt(chunk, 'object') === 'error') throw failureIn(name, chunk, shown);
      model = same(model, mask(factAt(chunk, 'model')), 'model');
      fingerprint = same(fingerprint, mask(factAt(chunk, 'system_fingerprint')), 'system_fingerprint');
      const counted = objectAt(chunk, 'usage');
      const [prompt, completion] = [countAt(counted, 'prompt_tokens'), countAt(counted, 'completion_tokens')];
      if (prompt !== null && completion !== null) usage = {prompt, completion};
      const choices = objectsAt(chunk, 'choices') ?? [];
      if (choices.length > 1) throw bad(TWO_CHOICES);
      choices.forEach(takeChoice);
    },
    isFinished: () => finish !== null,
    answer() {
      if (!hasChoice) throw bad('answered without a choice: its list of choices is empty');
      if (finish === null)
        throw new AosError(
          'WORKER_LOST',
          `${name} ended its answer in the middle: it gives no finish_reason`,
        );
      const text = parts.join('');
      const about = {
        text,
        model,
        fingerprint,
        usage,
        logprobs: isSure && logprobs.length <= MOST_LOGPROBS ? logprobs : [],
      };
      if (finish === 'length') {
        const cut = cutBy(usage?.completion ?? null, maxTokens, isOwnLimit);
        if (cut !== null) throw bad(cut.what, cut.next);
        return {...about, finish: 'length'};
      }
      if (finish === 'content_filter')
        throw bad('left out what its content filter holds back', 'Run the engine without a content filter.');
      if (!STOPS.has(finish)) throw bad(`ended its answer with the finish_reason "${shown(finish)}"`);
      if (text === '' && hasThought)
        throw bad(
          'sent thoughts of its model and an empty text',
          'Run the engine without a parser of reasoning, or raise max_tokens.',
        );
      if (text === '') throw bad('sent an empty text');
      return {...about, finish: 'stop'};
    },
  };
}

/** Whether a member says anything. */
function isSaid(value: JsonValue | undefined): boolean {
  return !(
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && value.length === 0)
  );
}

/** Why a text that reached a limit is no answer; null: the limit is the job’s own. */
function cutBy(
  tokens: number | null,
  maxTokens: number,
  isOwnLimit: boolean,
): {what: string; next: string} | null {
  if (tokens !== null && tokens < maxTokens)
    return {
      what: `cut its answer after ${tokens} of ${maxTokens} tokens: its context is full`,
      next: 'Give the engine a larger context.',
    };
  if (isOwnLimit) return null;
  return {
    what: `cut its answer at ${maxTokens} tokens, the limit of workers.opml.max_tokens`,
    next: 'Raise workers.opml.max_tokens.',
  };
}

/** An error in a stream, or in a reply that says 200. */
function failureIn(name: string, chunk: JsonObject, shown: (text: string) => string): AosError {
  const error = chunk.get('error');
  const about = error !== undefined && isJsonObject(error) ? error : chunk;
  const said = typeof error === 'string' ? error : (textAt(about, 'message') ?? '');
  const words = shown(said.trim());
  const types = ['type', 'code', 'error_type'].flatMap((key) => [factAt(about, key), factAt(chunk, key)]);
  if (types.some((type) => OVERLOADED.test(type)))
    return new AosError('WORKER_BUSY', `${name} is busy${words === '' ? '' : `: ${words}`}`);
  return new AosError('WORKER_LOST', `${name} failed while it answered${words === '' ? '' : `: ${words}`}`);
}

/** Both forms: that of the chat API, which llama.cpp uses for both, and that of the older one. Null: one is no number. */
function logprobsOf(choice: JsonObject): {token: string; logprob: number}[] | null {
  const said = objectAt(choice, 'logprobs');
  const content = objectsAt(said, 'content');
  const [tokens, values] = [said?.get('tokens'), said?.get('token_logprobs')];
  const pairs: readonly (readonly [JsonValue | undefined, JsonValue | undefined])[] =
    content !== null
      ? content.map((one) => [one.get('token'), one.get('logprob')])
      : Array.isArray(tokens) && Array.isArray(values)
        ? tokens.map((token, index) => [token, values[index]])
        : [];
  const read = pairs.flatMap(([token, value]) => {
    const logprob = isJsonNumber(value) ? Number(value.text) : Number.NaN;
    return typeof token === 'string' && Number.isFinite(logprob) ? [{token, logprob}] : [];
  });
  return read.length === pairs.length ? read : null;
}
