import {isJsonNumber, isJsonObject, parseJson, type JsonObject, type JsonValue} from './json.ts';

/** What of an engine tells whether two of them are of one build: each as its answer has it, in one text. */
const IDENTITY = ['name', 'version', 'model', 'digest', 'build', 'facts'] as const;
/** Tokens beyond this are compared with no other's. */
const MOST_TOKENS = 32_768;

/** A chosen token, and the natural logarithm of its probability. */
export type TokenLogprob = {token: string; logprob: number};

/** What two answers of engines are compared by. */
export type EngineWords = {
  /** Name, version, model, digest and build as the server says them, as one text; null: the body names no engine. */
  identity: string | null;
  /** Whether it says enough to be known again: a digest or a build beside the name. */
  isPinned: boolean;
  /** The chosen tokens in order; empty: the engine said none. */
  logprobs: readonly TokenLogprob[];
};

/**
 * Reads which engine gave an answer, and how sure it was of each token, from the body of an opml answer.
 * @throws AosError FRAME_*: no JSON
 */
export function readEngineWords(body: Uint8Array): EngineWords {
  const {value} = parseJson(body);
  if (!isJsonObject(value)) return {identity: null, isPinned: false, logprobs: []};
  const engine = value.get('engine');
  const named = engine !== undefined && isJsonObject(engine) ? engine : null;
  return {
    identity: named === null ? null : JSON.stringify(IDENTITY.map((name) => textOf(named, name))),
    isPinned: named !== null && (textOf(named, 'digest') !== '' || textOf(named, 'build') !== ''),
    logprobs: tokensOf(value.get('logprobs')),
  };
}

function textOf(object: JsonObject, name: string): string {
  const value = object.get(name);
  return typeof value === 'string' ? value : '';
}

/** One that is no number makes all of them useless: a token left out would shift the others. */
function tokensOf(value: JsonValue | undefined): TokenLogprob[] {
  if (!Array.isArray(value) || value.length > MOST_TOKENS) return [];
  const tokens: TokenLogprob[] = [];
  for (const item of value) {
    if (!isJsonObject(item)) return [];
    const token = item.get('token');
    const logprob = item.get('logprob');
    if (typeof token !== 'string' || !isJsonNumber(logprob)) return [];
    const number = Number(logprob.text);
    if (!Number.isFinite(number)) return [];
    tokens.push({token, logprob: number});
  }
  return tokens;
}
