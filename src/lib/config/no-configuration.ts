import {AosError} from '../foundation/errors/error.ts';
import {run} from '../foundation/next-step/next-step.ts';
import {configPlaces} from './file.ts';
import {ALL_FIELDS, envNames} from './schema.ts';
import {sanitizeText} from './sanitize.ts';
import type {Env} from './user-path.ts';

/** Whether a variable sets a key of the configuration. */
export function hasConfigVariables(env: Env): boolean {
  return ALL_FIELDS.some((field) => envNames(field).some((name) => (env[name] ?? '') !== ''));
}

/**
 * The one error of every command where nothing is configured.
 * @param instead what may be given in place of a configuration, such as `--operator ADDRESS`
 */
export function noConfiguration(env: Env, instead: readonly string[] = []): AosError {
  const places = configPlaces(env).map(({path}) => sanitizeText(path));
  const or = instead.length === 0 ? '' : `; ${instead.join(' and ')} will do instead`;
  return new AosError(
    'CONFIG_MISSING',
    `there is no configuration yet (looked for ${places.join(', ')})${or}`,
    {
      next: run('init', [], 'Name yours with -c FILE, or make one'),
    },
  );
}
