import {AosError} from '../../foundation/errors/error.ts';
import {nearest} from '../../foundation/text/nearest.ts';
import type {JobQuery} from '../../node/journal/job-query-types.ts';
import {JOB_OUTCOMES, JOB_STATES} from '../../node/events/job-states.ts';
import {say} from '../../foundation/next-step/next-step.ts';

export type JobFilterFlags = {
  state?: readonly string[] | undefined;
  kind?: readonly string[] | undefined;
  tag?: readonly string[] | undefined;
  /** How long ago, ms. */
  since?: number | undefined;
  limit?: number | undefined;
  held?: boolean;
};

/**
 * The flags as a query. `--state` takes states and outcomes alike: people ask for what failed, and do not care which of
 * the two it is called.
 * @throws AosError USAGE for a state that there is not, with the one that was meant
 */
export function jobQuery(flags: JobFilterFlags, now: number): JobQuery {
  const names = listOf(flags.state);
  const all: readonly string[] = [...JOB_STATES, ...JOB_OUTCOMES];
  for (const name of names) {
    if (all.includes(name)) continue;
    const meant = nearest(name, all);
    const hint = meant === null ? '' : `; did you mean ${meant}?`;
    throw new AosError('USAGE', `--state ${JSON.stringify(name.slice(0, 40))} is no state of a job${hint}`, {
      next: say(`One or several of: ${all.join(', ')}`),
    });
  }
  return {
    states: JOB_STATES.filter((state) => names.includes(state)),
    outcomes: JOB_OUTCOMES.filter((outcome) => names.includes(outcome)),
    kinds: listOf(flags.kind),
    // An empty tag is one too: that of ordinary jobs. So a comma may be part of it.
    tags: flags.tag ?? [],
    since: flags.since === undefined ? null : now - flags.since,
    limit: flags.limit ?? null,
    held: flags.held ?? false,
  };
}

function listOf(texts: readonly string[] | undefined): string[] {
  return (texts ?? [])
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}
