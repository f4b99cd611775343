import type {ConfigWarning, EngineConfig} from './config.ts';
import {problemAt, type ConfigProblem, type Place} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS, type AnyField} from './schema.ts';
import {sanitizeValue} from './sanitize.ts';

const {opml} = FIELDS;
/** What says nothing without an engine. */
const OF_ENGINE = [
  opml.models,
  opml.api,
  opml.seed,
  opml.temperature,
  opml.topP,
  opml.maxTokens,
  opml.apiKeyFile,
  opml.ca,
] as const;

/**
 * The engine that stands in for the published opml worker; null: none does, or a part of it is missing or wrong.
 * @param pathOf the absolute path of a path field
 */
export function engineOf(
  resolved: Resolved,
  pathOf: (field: typeof opml.apiKeyFile) => string | null,
): EngineConfig | null {
  const api = resolved.one(opml.api);
  const models = resolved.many(opml.models) ?? [];
  if (resolved.one(opml.engine) !== 'openai' || api === undefined || models.length === 0) return null;
  return {
    api,
    models: new Map(models.map(({job, engine}) => [job, engine])),
    // They have defaults, also for a wrong value.
    seed: resolved.one(opml.seed) ?? 0,
    temperature: resolved.one(opml.temperature) ?? 0,
    topP: resolved.one(opml.topP) ?? 1,
    maxTokens: resolved.one(opml.maxTokens) ?? 1024,
    apiKeyFile: pathOf(opml.apiKeyFile),
    ca: pathOf(opml.ca),
    // A second engine of another build is compared by them.
    logprobs: resolved.raw(opml.second) !== undefined,
  };
}

/** Finds what an engine lacks, and a model of jobs that is named twice. */
export function engineProblems(resolved: Resolved, placeOf: (field: AnyField) => Place): ConfigProblem[] {
  if (resolved.one(opml.engine) !== 'openai') return [];
  const missing = [opml.models, opml.api].flatMap((field) => {
    if (resolved.raw(field) !== undefined) return [];
    const got = `is missing, and ${opml.engine.path}: openai needs it`;
    return [problemAt(placeOf(opml.engine), field.path, got, field.type.expected, field.example)];
  });
  const topP = resolved.one(opml.topP);
  const none =
    topP === 0
      ? [
          problemAt(
            placeOf(opml.topP),
            opml.topP.path,
            'is 0, which leaves no token to take',
            'a number above 0 and up to 1',
            opml.topP.example,
          ),
        ]
      : [];
  return [...missing, ...none, ...twice(resolved)];
}

function twice(resolved: Resolved): ConfigProblem[] {
  const seen = new Set<string>();
  return (resolved.raw(opml.models)?.texts ?? []).flatMap(({text, place}) => {
    const pair = opml.models.type.parse(text);
    if ('wrong' in pair) return [];
    const {job} = pair.value;
    const isSeen = seen.has(job);
    seen.add(job);
    const got = `${sanitizeValue(job)} is named twice`;
    return isSeen ? [problemAt(place, opml.models.path, got, 'each model of a job once', '')] : [];
  });
}

/** Keys of an engine where none is configured. */
export function engineWarnings(resolved: Resolved): ConfigWarning[] {
  if (resolved.one(opml.engine) === 'openai') return [];
  const given = OF_ENGINE.find((field) => (resolved.origin.get(field.path)?.from ?? 'default') !== 'default');
  if (given === undefined) return [];
  const message = `${given.path} is not used without ${opml.engine.path}: openai`;
  return [{code: 'SECTION_UNUSED', path: given.path, message}];
}
