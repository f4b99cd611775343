import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {readVersions} from '../../peers/registry/npm-registry.ts';
import {installCommands, type Installed, type Way} from './way.ts';

/** The answer of `aos update check`. */
export type UpdateCheck = {
  current: string;
  latest: string;
  /** There is a newer one. */
  isNewer: boolean;
};

/** The answer of `aos update --to`. */
export type UpdatePlan = {
  current: string;
  to: string;
  direction: 'newer' | 'same' | 'older';
  /** How this aos was installed. */
  installedBy: Way;
  /** What to type, in this order; none: it is the version that is here. */
  commands: readonly string[];
  /** What brings the present version back. */
  wayBack: readonly string[];
};

const PACKAGE = 'aos-operator';
const PUBLIC = 'https://registry.npmjs.org';

/** Takes the registry of a flag, of npm’s variable, or the public one. @throws AosError USAGE for no http(s) URL */
export function registryOf(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): URL {
  const variable = env['npm_config_registry'];
  const text = flag ?? (variable === undefined || variable === '' ? PUBLIC : variable);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new AosError(
    'USAGE',
    `${flag === undefined ? 'npm_config_registry' : '--registry'} is no http(s) URL`,
  );
}

/** Asks the registry whether there is a newer version. @throws AosError REGISTRY_* */
export async function checkForUpdate(
  current: string,
  registry: URL,
  {env, signal}: {env: Readonly<Record<string, string | undefined>>; signal: AbortSignal},
): Promise<UpdateCheck> {
  const {latest} = await readVersions(registry, PACKAGE, {env, signal});
  return {current, latest, isNewer: compareVersions(latest, current) > 0};
}

export function updateCheckText({current, latest, isNewer}: UpdateCheck): string {
  return isNewer
    ? `aos ${safeText(latest)} is there; this is ${current}\nnext: aos update --to ${safeText(latest)}`
    : `aos ${current} is the newest (${safeText(latest)} in the registry)`;
}

/** Works out what to type to get a version, and to come back. @throws AosError USAGE for no version */
export function planUpdate(current: string, to: string | undefined, installed: Installed): UpdatePlan {
  if (to === undefined)
    throw new AosError('USAGE', 'name the version with --to', {
      next: run('update check', [], 'See which one there is'),
    });
  const version = to.replace(/^v/, '');
  if (!/^\d{1,6}\.\d{1,6}\.\d{1,6}$/.test(version))
    throw new AosError('USAGE', '--to takes a version of three numbers, such as 0.2.0');
  const order = compareVersions(version, current);
  return {
    current,
    to: version,
    direction: order > 0 ? 'newer' : order < 0 ? 'older' : 'same',
    installedBy: installed.way,
    commands: order === 0 ? [] : installCommands(installed, version),
    wayBack: order === 0 ? [] : installCommands(installed, current),
  };
}

export function updatePlanText({current, to, direction, installedBy, commands, wayBack}: UpdatePlan): string {
  if (direction === 'same') return `aos ${current} is the version that is here`;
  const restart =
    installedBy === 'image' ? ['  docker compose up -d     # or as you run it'] : ['  aos restart'];
  const back =
    direction === 'newer'
      ? 'the way back (a journal that was changed was copied before: aos names the copy):'
      : 'an older version may not know this journal; then it names the copy to go back to. Forward again:';
  return [
    `aos ${current} → ${to}:`,
    ...commands.map((command) => `  ${command}`),
    ...restart,
    '',
    back,
    ...wayBack.map((command) => `  ${command}`),
    ...restart,
  ].join('\n');
}

/** Compares versions of three numbers; a build of the source tree (0.0.0-dev) is older than all. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [left, right].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  const at = (a ?? []).findIndex((part, index) => part !== b?.[index]);
  return at < 0 ? 0 : Math.sign((a?.[at] ?? 0) - (b?.[at] ?? 0));
}
