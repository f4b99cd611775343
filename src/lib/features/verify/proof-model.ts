import {stateHome} from '../../config/paths.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {engineDirs, usualEngineDir} from '../../peers/zk/engine-dirs.ts';
import type {ModelFiles} from '../../peers/zk/messages.ts';

/** What of the command line names a model and the engine; absolute paths, or relative to the working directory. */
export type ModelFlags = {
  model?: string | undefined;
  vk?: string | undefined;
  settings?: string | undefined;
  srs?: string | undefined;
  'engine-dir'?: string | undefined;
};

type Place = {env: Readonly<Record<string, string | undefined>>; cwd: string};

/**
 * The files of the model that a proof is checked by.
 * @throws AosError USAGE: none is named
 */
export function proofModel(
  flags: ModelFlags,
  {env}: Place,
): {files: ModelFiles; engineDirs: readonly string[]} {
  if (flags.vk === undefined)
    throw new AosError('USAGE', 'no model is named to check the proof by', {
      next: say('Name its files: --vk vk.key --settings settings.json'),
    });
  const state = stateHome(env);
  const folder = flags['engine-dir'] ?? (state === null ? null : usualEngineDir(state));
  return {
    files: {
      vk: flags.vk,
      vkSha256: null,
      settings: flags.settings ?? null,
      settingsSha256: null,
      srs: flags.srs ?? null,
    },
    engineDirs: engineDirs(folder),
  };
}
