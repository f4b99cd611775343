import {AosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {EngineFacts} from '../../../protocol/wire/engine-body.ts';
import type {JsonObject} from '../../../protocol/wire/json.ts';
import {countAt, factAt, objectAt, objectsAt, textAt} from './json.ts';
import type {Dialect} from './sampling.ts';

/** What a server says of itself, by the path that it says it at; null: it has no JSON object there. */
export type Said = ReadonlyMap<string, JsonObject | null>;

/** A kind of server that says by certain paths what it is. */
export type EngineKind = {
  name: EngineFacts['name'];
  /** For people. */
  title: string;
  dialect: Dialect;
  /** What is read beside {@link MODELS}. */
  paths: readonly string[];
  isIt(said: Said): boolean;
  /** @throws AosError WORKER_REFUSED: the model is computed elsewhere */
  factsOf(said: Said, model: string): Omit<EngineFacts, 'name' | 'model'>;
  /** How many requests it works on at a time; null: it does not say. */
  placesOf(said: Said): number | null;
};

export const MODELS = '/v1/models';
const MOST_SHOWN = 100;

const OLLAMA: EngineKind = {
  name: 'ollama',
  title: 'Ollama',
  dialect: 'plain',
  paths: ['/api/version', '/api/tags'],
  isIt: (said) =>
    factAt(at(said, '/api/version'), 'version') !== '' && objectsAt(at(said, '/api/tags'), 'models') !== null,
  factsOf(said, model) {
    const tags = objectsAt(at(said, '/api/tags'), 'models') ?? [];
    const tag = tags.find((one) => isNamed(textAt(one, 'name') ?? '', model)) ?? null;
    const elsewhere = ['remote_host', 'remote_model']
      .map((key) => factAt(tag, key))
      .find((text) => text !== '');
    if (elsewhere !== undefined)
      throw new AosError(
        'WORKER_REFUSED',
        `the model "${safeText(model, MOST_SHOWN)}" is computed by another host, ${safeText(elsewhere, MOST_SHOWN)}: nothing shows what answers there`,
        {next: say('Name a model that is on the machine of the engine in workers.opml.models.')},
      );
    return {
      version: factAt(at(said, '/api/version'), 'version'),
      digest: factAt(tag, 'digest'),
      build: '',
      facts: '',
    };
  },
  placesOf: () => null,
};

const LLAMA_CPP: EngineKind = {
  name: 'llama.cpp',
  title: 'llama.cpp',
  dialect: 'llama.cpp',
  paths: ['/props'],
  isIt: (said) => factAt(at(said, '/props'), 'build_info') !== '',
  factsOf(said, model) {
    const props = at(said, '/props');
    const meta = objectAt(
      listed(said).find((one) => textAt(one, 'id') === model) ?? listed(said)[0] ?? null,
      'meta',
    );
    const build = factAt(props, 'build_info');
    return {
      version: build,
      digest: '',
      build,
      facts: named([
        ['model_path', factAt(props, 'model_path')],
        ['n_params', factAt(meta, 'n_params')],
        ['size', factAt(meta, 'size')],
      ]),
    };
  },
  placesOf: (said) => countAt(at(said, '/props'), 'total_slots'),
};

const TGI: EngineKind = {
  name: 'tgi',
  title: 'TGI',
  dialect: 'tgi',
  paths: ['/info'],
  isIt: (said) => {
    const info = at(said, '/info');
    return factAt(info, 'model_id') !== '' && factAt(info, 'version') !== '';
  },
  factsOf(said) {
    const info = at(said, '/info');
    return {
      version: factAt(info, 'version'),
      digest: factAt(info, 'model_sha'),
      build: factAt(info, 'sha'),
      facts: named([
        ['model_id', factAt(info, 'model_id')],
        ['dtype', factAt(info, 'model_dtype')],
      ]),
    };
  },
  placesOf: (said) => countAt(at(said, '/info'), 'max_concurrent_requests'),
};

const VLLM: EngineKind = {
  name: 'vllm',
  title: 'vLLM',
  dialect: 'vllm',
  paths: ['/version'],
  isIt: (said) => factAt(at(said, '/version'), 'version') !== '',
  factsOf: (said, model) => ({
    version: factAt(at(said, '/version'), 'version'),
    digest: '',
    build: '',
    facts: rootOf(said, model),
  }),
  placesOf: () => null,
};

/** Its API is in front of vLLM, whose fields it passes on. */
const RAY_SERVE: EngineKind = {
  name: 'ray-serve',
  title: 'Ray Serve',
  dialect: 'vllm',
  paths: [],
  isIt: (said) =>
    listed(said).some(
      (one) => factAt(one, 'owned_by') === 'organization-owner' || objectAt(one, 'rayllm_metadata') !== null,
    ),
  factsOf: (said, model) => ({version: '', digest: '', build: '', facts: rootOf(said, model)}),
  placesOf: () => null,
};

const OTHER: EngineKind = {
  name: 'openai',
  title: 'an OpenAI-compatible server',
  dialect: 'plain',
  paths: [],
  isIt: () => true,
  factsOf: (said, model) => ({version: '', digest: '', build: '', facts: rootOf(said, model)}),
  placesOf: () => null,
};

/** The kinds in the order in which a server is taken for one of them. */
const KINDS = [OLLAMA, LLAMA_CPP, TGI, VLLM, RAY_SERVE, OTHER];

/** Everything that is read to find out what a server is. */
export const ALL_PATHS: readonly string[] = KINDS.flatMap(({paths}) => paths);

export function kindOf(said: Said): EngineKind {
  return KINDS.find((kind) => kind.isIt(said)) ?? OTHER;
}

/** The names of the models that a server lists; null: it lists none in the form of this API. */
export function modelsOf(said: Said): readonly string[] | null {
  const data = objectsAt(at(said, MODELS), 'data');
  return data === null ? null : data.flatMap((one) => textAt(one, 'id') ?? []);
}

/** Whether a server that lists `id` answers for the name `model`: Ollama means the tag `latest` where none is named. */
export function isNamed(id: string, model: string): boolean {
  return id === model || id === `${model}:latest`;
}

/** What differs between two builds, in words; null: nothing. */
export function differenceOf(before: EngineFacts, now: EngineFacts): string | null {
  for (const [key, words] of FACTS) {
    if (before[key] === now[key]) continue;
    const [old, other] = [before[key], now[key]].map((text) =>
      text === '' ? 'not known' : safeText(text, MOST_SHOWN),
    );
    return `its ${words} was ${old ?? ''} and is ${other ?? ''}`;
  }
  return null;
}

const FACTS = [
  ['name', 'kind'],
  ['model', 'model'],
  ['digest', 'model’s digest'],
  ['facts', 'model'],
  ['version', 'version'],
  ['build', 'build'],
] as const;

function at(said: Said, path: string): JsonObject | null {
  return said.get(path) ?? null;
}

function listed(said: Said): readonly JsonObject[] {
  return objectsAt(at(said, MODELS), 'data') ?? [];
}

function rootOf(said: Said, model: string): string {
  const entry = listed(said).find((one) => textAt(one, 'id') === model) ?? null;
  return named([
    ['root', factAt(entry, 'root')],
    ['max_model_len', factAt(entry, 'max_model_len')],
  ]);
}

function named(pairs: readonly (readonly [string, string])[]): string {
  return pairs
    .flatMap(([key, text]) => (text === '' ? [] : [`${key} ${text}`]))
    .join(', ')
    .slice(0, 300);
}
