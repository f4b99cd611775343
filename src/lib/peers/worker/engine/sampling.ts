import {safeText} from '../../../foundation/text/safe-text.ts';
import type {EngineConfig} from '../../../config/config.ts';
import {isJsonNumber, type JsonObject, type JsonValue} from '../../../protocol/wire/json.ts';

/** What an engine is asked with beside the prompt: names and JSON texts, numbers in the job’s own spelling. */
export type Sampling = {
  fields: readonly (readonly [string, string])[];
  maxTokens: number;
  /** The job itself says how long its answer may be. */
  isOwnLimit: boolean;
};

/** An engine whose server takes fields that OpenAI’s does not, or refuses some of those. */
export type Dialect = 'vllm' | 'llama.cpp' | 'tgi' | 'plain';

type Numbered = {name: string; least: number; most: number; isWhole?: true};

const MAX_TOKENS: Numbered = {name: 'max_tokens', least: 1, most: 2 ** 31 - 1, isWhole: true};
const TEMPERATURE: Numbered = {name: 'temperature', least: 0, most: 2};
const TOP_P: Numbered = {name: 'top_p', least: 0, most: 1};
const SEED: Numbered = {name: 'seed', least: 0, most: 2 ** 31 - 1, isWhole: true};
const PENALTIES: readonly Numbered[] = [
  {name: 'presence_penalty', least: -2, most: 2},
  {name: 'frequency_penalty', least: -2, most: 2},
];
/** TGI takes four. */
const MOST_STOPS = 4;
const MOST_SHOWN = 40;

/**
 * What else is sent, so that no default of a server or of a model’s own `generation_config.json` decides: nothing is cut
 * from the choice of tokens, none is punished, and no text of another request is used again.
 */
const EXTRA: Readonly<Record<Dialect, readonly (readonly [string, string])[]>> = {
  vllm: [
    ['top_k', '-1'],
    ['min_p', '0'],
    ['repetition_penalty', '1'],
  ],
  'llama.cpp': [
    ['top_k', '0'],
    ['min_p', '0'],
    ['typical_p', '1'],
    ['repeat_penalty', '1'],
    ['cache_prompt', 'false'],
  ],
  tgi: [],
  plain: [],
};

/** Why no engine can answer a job with these params; null: one may. */
export function whyNoSampling(params: JsonObject): string | null {
  for (const field of [MAX_TOKENS, TEMPERATURE, TOP_P, SEED, ...PENALTIES]) {
    const value = params.get(field.name);
    if (value !== undefined && value !== null && textOf(value, field) === null)
      return `params.${field.name} of the job is ${shown(value)}, and an engine takes ${rangeOf(field)}`;
  }
  return stopsOf(params) === null ? 'params.stop of the job is neither a text nor up to four of them' : null;
}

/** The params of a job that {@link whyNoSampling} has nothing against, with the configuration’s where it says none. */
export function samplingOf(params: JsonObject, config: EngineConfig, dialect: Dialect): Sampling {
  const own = (field: Numbered, usual: number): string =>
    textOf(params.get(field.name), field) ?? String(usual);
  const maxTokens = own(MAX_TOKENS, config.maxTokens);
  const topP = own(TOP_P, config.topP);
  const stops = stopsOf(params) ?? [];
  const fields: (readonly [string, string])[] = [
    ['max_tokens', maxTokens],
    ['temperature', own(TEMPERATURE, config.temperature)],
    ['top_p', topP],
    ['seed', own(SEED, config.seed)],
    ...PENALTIES.map((field): readonly [string, string] => [field.name, own(field, 0)]),
    ['n', '1'],
    ...(stops.length === 0 ? [] : [['stop', JSON.stringify(stops)] as const]),
    ...EXTRA[dialect],
  ];
  return {
    // TGI refuses a top_p of 1, which is what it does without one.
    fields: dialect === 'tgi' && Number(topP) === 1 ? fields.filter(([name]) => name !== 'top_p') : fields,
    maxTokens: Number(maxTokens),
    isOwnLimit: textOf(params.get(MAX_TOKENS.name), MAX_TOKENS) !== null,
  };
}

/** The JSON text of a number in its range, a whole one without a point; null: it is none. */
function textOf(value: JsonValue | undefined, {least, most, isWhole}: Numbered): string | null {
  if (!isJsonNumber(value)) return null;
  const number = Number(value.text);
  if (!Number.isFinite(number) || number < least || number > most) return null;
  if (isWhole !== true) return value.text;
  return Number.isInteger(number) ? String(number) : null;
}

function stopsOf(params: JsonObject): readonly string[] | null {
  const stop = params.get('stop') ?? [];
  const list = Array.isArray(stop) ? stop : [stop];
  const texts = list.flatMap((one) => (typeof one === 'string' && one !== '' ? [one] : []));
  return texts.length === list.length && list.length <= MOST_STOPS ? texts : null;
}

function shown(value: JsonValue): string {
  if (isJsonNumber(value)) return safeText(value.text, MOST_SHOWN);
  return typeof value === 'string' ? `"${safeText(value, MOST_SHOWN)}"` : 'no number';
}

function rangeOf({least, most, isWhole}: Numbered): string {
  return `${isWhole === true ? 'a whole number' : 'a number'} from ${least} to ${most}`;
}
