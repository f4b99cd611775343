import type {WorkerKind} from '../protocol/wire/messages.ts';
import {placeText, problemAt, type ConfigProblem} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import {sanitizeValue} from './sanitize.ts';

/** Where the workers of a kind listen, by `urls`, else by `url`; undefined when one of them is wrong. */
export function workerUrls(resolved: Resolved, kind: WorkerKind): readonly string[] | undefined {
  const {url, urls} = FIELDS[kind];
  const listed = resolved.raw(urls)?.texts.length ?? 0;
  if (listed === 0) {
    const only = resolved.one(url);
    return only === undefined ? undefined : [only];
  }
  const valid = resolved.many(urls) ?? [];
  return valid.length === listed ? valid : undefined;
}

/** Finds workers that are named in two ways, or twice. */
export function workerUrlProblems(resolved: Resolved, kind: WorkerKind): ConfigProblem[] {
  const {url, urls} = FIELDS[kind];
  const listed = resolved.raw(urls);
  const first = listed?.texts[0];
  if (listed === undefined || first === undefined) return [];
  const single = resolved.raw(url);
  const alone = single?.texts[0];
  const problems: ConfigProblem[] = [];
  if (alone !== undefined && single?.origin.from !== 'default') {
    const got = `is given together with ${url.path} at ${placeText(alone.place)}`;
    problems.push(problemAt(first.place, urls.path, got, 'one of the two', urls.example));
  }
  const seen = new Set<string>();
  for (const [index, {text, place}] of listed.texts.entries()) {
    const parsed = urls.type.parse(text);
    if ('wrong' in parsed) continue;
    // Two lanes to one worker would give it two requests at once.
    if (seen.has(parsed.value))
      problems.push(
        problemAt(
          place,
          `${urls.path}[${index}]`,
          `${sanitizeValue(text)} is named twice`,
          'each worker once',
        ),
      );
    seen.add(parsed.value);
  }
  return problems;
}
