import type {WorkerKind} from '../protocol/wire/messages.ts';
import type {SecondConfig} from './config.ts';
import {problemAt, type ConfigProblem} from './problems.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import {workerUrls} from './worker-urls.ts';

/** The worker that a share of the jobs of a kind is asked of too; null: none is configured. */
export function secondOf(resolved: Resolved, kind: WorkerKind): SecondConfig | null {
  const {second, sample} = FIELDS[kind];
  const url = resolved.one(second);
  const share = resolved.one(sample);
  return url === undefined || share === undefined ? null : {url, sample: share};
}

/** Finds a second worker whose answers cannot be compared, or say nothing, and a sample without one. */
export function secondProblems(resolved: Resolved, kind: WorkerKind): ConfigProblem[] {
  const {second, sample, url} = FIELDS[kind];
  const place = resolved.raw(second)?.texts[0]?.place;
  const sampleAt = resolved.raw(sample);
  if (place === undefined) {
    const alone = sampleAt?.texts[0]?.place;
    if (alone === undefined || sampleAt?.origin.from === 'default') return [];
    return [problemAt(alone, sample.path, `is given without ${second.path}`, second.path, second.example)];
  }
  if (kind === 'tee')
    return [problemAt(place, second.path, 'is of no use: two answers of a tee worker cannot be compared')];
  if (kind === 'opml' && resolved.one(FIELDS.opml.engine) !== 'openai')
    return [
      problemAt(
        place,
        second.path,
        'is of no use without an engine: the published opml worker answers the same question differently each time',
        `${FIELDS.opml.engine.path} beside it`,
        'openai',
      ),
    ];
  const all = workerUrls(resolved, kind) ?? [resolved.one(url)];
  const own = resolved.one(second);
  return own !== undefined && all.includes(own)
    ? [problemAt(place, second.path, 'is one of the workers that answer: it would agree with itself')]
    : [];
}
