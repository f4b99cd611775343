import {AosError} from '../../foundation/errors/error.ts';
import {nearest} from '../../foundation/text/nearest.ts';
import {CATEGORIES, CHECK_IDS, categoryOf, needsOf, type CheckId} from './registry.ts';
import {run} from '../../foundation/next-step/next-step.ts';

export type Plan = {
  /** To be run: those asked for and what they need. */
  run: ReadonlySet<CheckId>;
  /** Asked for. */
  asked: ReadonlySet<CheckId>;
  /** Not asked for, but needed, and not skipped on purpose: shown when they do not pass. */
  needed: ReadonlySet<CheckId>;
};

/**
 * Which checks to run for `--only` and `--skip`; both take check ids and categories, with commas or several times.
 * @throws AosError USAGE for a name that is neither, with the one that was meant; when nothing is left
 */
export function planChecks({only, skip}: {only: readonly string[]; skip: readonly string[]}): Plan {
  const wanted = only.length === 0 ? new Set(CHECK_IDS) : idsOf(only, 'only');
  const unwanted = idsOf(skip, 'skip');
  const asked = new Set([...wanted].filter((id) => !unwanted.has(id)));
  if (asked.size === 0)
    throw new AosError('USAGE', 'no check is left: --skip takes away all that --only asks for', {
      next: run('doctor', ['--list']),
    });
  const planned = new Set<CheckId>();
  const add = (id: CheckId): void => {
    if (planned.has(id)) return;
    planned.add(id);
    needsOf(id).forEach(add);
  };
  asked.forEach(add);
  const needed = new Set([...planned].filter((id) => !asked.has(id) && !unwanted.has(id)));
  return {run: planned, asked, needed};
}

function idsOf(names: readonly string[], flag: string): Set<CheckId> {
  const ids = names.flatMap((list) => list.split(',')).flatMap((name) => expand(name.trim(), flag));
  return new Set(ids);
}

function expand(name: string, flag: string): readonly CheckId[] {
  if (name === '') return [];
  const found = CHECK_IDS.filter((id) => id === name || categoryOf(id) === name);
  if (found.length > 0) return found;
  const meant = nearest(name, [...CATEGORIES, ...CHECK_IDS]);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  throw new AosError('USAGE', `--${flag}: ${JSON.stringify(name.slice(0, 60))} is no check${hint}`, {
    next: run('doctor', ['--list']),
  });
}
