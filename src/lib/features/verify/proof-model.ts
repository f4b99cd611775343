import type {ProofModel} from '../../config/config.ts';
import {findConfig} from '../../config/file.ts';
import {problemLine} from '../../config/problems.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import type {Env} from '../../config/user-path.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {nearest} from '../../foundation/text/nearest.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {engineDirs} from '../../peers/zk/engine-dirs.ts';
import type {ModelFiles} from '../../peers/zk/messages.ts';

/** What of the command line names a model and the engine; absolute paths, or relative to the working directory. */
export type ModelFlags = {
  config?: string | undefined;
  model?: string | undefined;
  vk?: string | undefined;
  settings?: string | undefined;
  srs?: string | undefined;
  'engine-dir'?: string | undefined;
};

type Place = {env: Env; cwd: string};

const MOST_NAME = 100;
const MOST_NAMED = 10;

/**
 * The files of the model that a proof is checked by, and where its engine is looked for. Other parts of the configuration may
 * be wrong, or missing.
 * @throws AosError USAGE: none is named, or the configuration has no such model; CONFIG_MISSING | CONFIG_UNREADABLE |
 *   CONFIG_INVALID: what names it cannot be used; PATH_INVALID
 */
export function proofModel(
  flags: ModelFlags,
  {env, cwd}: Place,
): {files: ModelFiles; engineDirs: readonly string[]} {
  const file = findConfig({flag: flags.config, env, cwd})?.path ?? null;
  const config = usableConfig({file, env, cwd});
  if (flags.config !== undefined && config.error !== null) throw config.error;
  return {
    files: flags.model === undefined ? namedFiles(flags) : configuredFiles(flags.model, config, file),
    engineDirs: engineDirs(flags['engine-dir'] ?? config.proofChecks.engineDir),
  };
}

function namedFiles({vk, settings, srs}: ModelFlags): ModelFiles {
  if (vk === undefined)
    throw new AosError('USAGE', 'no model is named to check the proof by', {
      next: say(
        'Name a model of the configuration, --model NAME, or its files: --vk vk.key --settings settings.json',
      ),
    });
  return {
    vk,
    vkSha256: null,
    settings: settings ?? null,
    settingsSha256: null,
    srs: srs ?? null,
    srsSha256: null,
  };
}

function configuredFiles(
  name: string,
  {proofChecks, problems, error}: UsableConfig,
  file: string | null,
): ProofModel {
  const wrong = problems.find(({path}) => path.startsWith(`workers.zkml.models.${name}.`));
  if (wrong !== undefined) throw new AosError('CONFIG_INVALID', problemLine(wrong));
  const model = proofChecks.models.get(name);
  if (model !== undefined) return model;
  if (error !== null) throw error;
  const shown = safeText(name, MOST_NAME);
  if (file === null)
    throw new AosError(
      'CONFIG_MISSING',
      `there is no configuration that names the files of the model ${shown}`,
      {
        next: say('Name the configuration with -c FILE, or the files: --vk vk.key --settings settings.json'),
      },
    );
  const known = [...proofChecks.models.keys()];
  const meant = nearest(name, known);
  const hint = meant === null ? '' : `; did you mean ${meant}?`;
  const others = known.length === 0 ? 'it names none' : `it names ${known.slice(0, MOST_NAMED).join(', ')}`;
  throw new AosError('USAGE', `workers.zkml.models has no model ${shown}: ${others}${hint}`, {
    next: run('config show', [], 'See the models of the configuration'),
  });
}
