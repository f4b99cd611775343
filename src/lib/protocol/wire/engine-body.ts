import {isJsonObject, type JsonObject, type JsonValue} from './json.ts';

/** Which engine gave an answer, and of which build and model, by what its server says; '' where it does not say it. */
export type EngineFacts = {
  /** `vllm`, `llama.cpp`, `ollama`, `tgi`, `ray-serve`, or `openai` where the server does not show what it is. */
  name: string;
  version: string;
  /** The model as the answer names it, else as it was asked for. */
  model: string;
  /** Of the model: Ollama’s digest of its manifest, the revision of TGI. */
  digest: string;
  /** `system_fingerprint` of the answer, else the build that the server says. */
  build: string;
  /** What else names the model: its path, its size. */
  facts: string;
};

/** What an engine says of one answer. */
export type EngineAnswer = {
  answer: string;
  engine: EngineFacts;
  /** What was sent beside the prompt, in its own spelling: name and JSON text. */
  sampling: readonly (readonly [string, string])[];
  /** Why it ended: `stop` or `length`. */
  finish: string;
  /** Null: it does not say. */
  usage: {prompt: number; completion: number} | null;
  /** The chosen tokens in order; null: not asked for, or too many. */
  logprobs: readonly {token: string; logprob: number}[] | null;
};

/** The journal keeps the body whole; more tokens than this are no evidence that anyone compares. */
const MOST_TOKENS = 32_768;
const LONGEST = 300;

/**
 * Writes what the journal keeps of an engine’s answer: the form of an opml callback (docs/protocol.md#workers), with
 * what the engine says of itself.
 * @param model of the job
 */
export function engineBody(requestId: string, model: string, said: EngineAnswer): string {
  const {answer, engine, sampling, finish, usage, logprobs} = said;
  const text = JSON.stringify;
  const members = [
    `"req_id":${text(requestId)},"node_id":"","model":${text(model)},"prompt":"","answer":${text(answer)},"state_root":""`,
    `"engine":${text(engine)}`,
    `"sampling":{${sampling.map(([name, json]) => `${text(name)}:${json}`).join(',')}}`,
    `"finish":${text(finish)}`,
  ];
  if (usage !== null) members.push(`"usage":${text(usage)}`);
  if (logprobs !== null && logprobs.length <= MOST_TOKENS) members.push(`"logprobs":${text(logprobs)}`);
  return `{${members.join(',')}}`;
}

/** Reads which engine gave an answer; null: the body is of the published worker, which says nothing of that. */
export function readEngineFacts(body: JsonObject): EngineFacts | null {
  const engine = body.get('engine');
  if (engine === undefined || !isJsonObject(engine)) return null;
  const at = (name: string): string => shortText(engine.get(name));
  return {
    name: at('name'),
    version: at('version'),
    model: at('model'),
    digest: at('digest'),
    build: at('build'),
    facts: at('facts'),
  };
}

/** An engine for people: `vllm 0.9.1, model llama-3, digest 365c…`. The caller makes it safe. */
export function engineText({name, version, model, digest, build, facts}: EngineFacts): string {
  const parts = [
    `${name} ${version}`.trim(),
    `model ${model}`,
    digest === '' ? '' : `digest ${digest}`,
    build === '' || build === version ? '' : `build ${build}`,
    facts,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function shortText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.slice(0, LONGEST) : '';
}
