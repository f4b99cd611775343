import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {EngineFacts} from '../../../protocol/wire/engine-body.ts';
import type {JsonObject} from '../../../protocol/wire/json.ts';
import {ALL_PATHS, isNamed, kindOf, MODELS, modelsOf, type EngineKind, type Said} from './build.ts';
import type {EngineHttp} from './http.ts';
import {objectIn} from '../../../protocol/wire/object-in.ts';
import {judgeStatus, type Asked} from './refusal.ts';

/** What a server was seen to be. */
export type Seen = {kind: EngineKind; said: Said; models: readonly string[]};

/** Reads what a server says of itself. What kind it is, is found out once. */
export type Sight = {
  /** @throws AosError WORKER_UNREACHABLE | WORKER_BUSY | WORKER_REFUSED | ENGINE_FILE_INVALID | KEY_UNSAFE */
  see(signal: AbortSignal): Promise<Seen>;
  /** What was seen last; null: nothing yet. */
  last(): Seen | null;
  /** What the server says of itself as the one that serves a model. @throws AosError WORKER_REFUSED */
  factsOf(seen: Seen, model: string): EngineFacts;
};

const MOST_SHOWN = 100;

export function createSight(
  http: Pick<EngineHttp, 'name' | 'get'>,
  asked: Asked,
  time: Pick<Time, 'now'>,
): Sight {
  const {name} = http;
  let kind: EngineKind | null = null;
  let last: Seen | null = null;

  /** Reads what the server says at a path. @throws AosError as a look */
  async function sayingOf(place: string, signal: AbortSignal): Promise<JsonObject | null> {
    const reply = await http.get(place, signal);
    if (place === MODELS) {
      const failure = judgeStatus({...asked, path: place}, reply, time);
      if (failure !== null) throw failure;
      return objectIn(reply.body);
    }
    return reply.status === 200 ? objectIn(reply.body) : null;
  }

  async function readAll(paths: readonly string[], signal: AbortSignal): Promise<Said> {
    // The list of models first: it says whether the server is there, and takes the key.
    const said = new Map([[MODELS, await sayingOf(MODELS, signal)]]);
    await Promise.all(
      paths.map(async (place) => {
        said.set(place, await sayingOf(place, signal));
      }),
    );
    return said;
  }

  async function see(signal: AbortSignal): Promise<Seen> {
    let said = await readAll(kind?.paths ?? ALL_PATHS, signal);
    if (kind?.isIt(said) === false) said = await readAll(ALL_PATHS, signal);
    const found = kindOf(said);
    const models = modelsOf(said);
    if (models === null)
      throw new AosError(
        'WORKER_REFUSED',
        `${name} lists no models at ${MODELS} in the form of OpenAI’s API`,
        {
          next: say('Name the address of the engine’s API in workers.opml.url, without /v1/… at its end.'),
        },
      );
    kind = found;
    last = {kind: found, said, models};
    return last;
  }

  function factsOf({kind: {name: is, factsOf: read}, said}: Seen, model: string): EngineFacts {
    try {
      return {name: is, model: '', ...read(said, model)};
    } catch (error) {
      if (!isAosError(error)) throw error;
      throw new AosError(error.code, `${name}: ${error.message}`, {next: error.next});
    }
  }

  return {see, last: () => last, factsOf};
}

/** Whether a server lists a model. */
export function has({models}: Seen, model: string): boolean {
  return models.some((id) => isNamed(id, model));
}

/** The error of a server that lists none of these models. */
export function notListed(name: string, wanted: readonly string[], listed: readonly string[]): AosError {
  const quoted = (names: readonly string[]): string =>
    names.length === 0
      ? 'nothing'
      : names
          .slice(0, 5)
          .map((one) => `"${safeText(one, MOST_SHOWN)}"`)
          .join(', ');
  return new AosError(
    'WORKER_REFUSED',
    `${name} does not list ${quoted(wanted)}; it lists ${quoted(listed)}`,
    {
      next: say('Name a model that it lists in workers.opml.models, after the model of the job.'),
    },
  );
}

/** What a server is, for people: `vLLM 0.9.1 with tiny-llama`. */
export function aboutOf({kind, said}: Seen, here: readonly string[], missing: readonly string[]): string {
  const [first = ''] = here;
  const {version, digest} = kind.factsOf(said, first);
  const shown = (names: readonly string[]): string =>
    names.map((one) => safeText(one, MOST_SHOWN)).join(', ');
  const what = version === '' ? kind.title : `${kind.title} ${safeText(version, MOST_SHOWN)}`;
  const hash = digest === '' ? '' : ` (${safeText(digest.slice(0, 19), MOST_SHOWN)}…)`;
  const lacks = missing.length === 0 ? '' : `, without ${shown(missing)}`;
  return `${what} with ${shown(here)}${hash}${lacks}`;
}
