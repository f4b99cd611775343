import type {Config, ConfigWarning, SignerConfig} from '../config/config.ts';
import {findConfig} from '../config/file.ts';
import {checkConfig, problemsError, type CheckedConfig} from '../config/load.ts';
import {sanitizeText} from '../config/sanitize.ts';
import {refusePublicKeysOnChain} from './public-keys.ts';

export type CommandConfig<T> = {
  config: T;
  file: string | null;
  warnings: readonly ConfigWarning[];
  marks: CheckedConfig['marks'];
  /** What keeps `aos run` from starting; other commands need not look at it. */
  startProblems: CheckedConfig['startProblems'];
};

/**
 * Loads the configuration of a command; notes its file and its warnings on stderr.
 * @throws AosError CONFIG_* | RAW_PRIVATE_KEY
 */
export function configForCommand(
  flag: string | undefined,
  need: 'signer',
  note: (line: string) => void,
): CommandConfig<SignerConfig>;
export function configForCommand(
  flag: string | undefined,
  need: 'run',
  note: (line: string) => void,
): CommandConfig<Config>;
export function configForCommand(
  flag: string | undefined,
  need: 'signer' | 'run',
  note: (line: string) => void,
): CommandConfig<Config | SignerConfig> {
  const {env} = process;
  const cwd = process.cwd();
  const file = findConfig({flag, env, cwd})?.path ?? null;
  const source = {file, env, cwd};
  const checked = checkConfig(source, {need});
  if (file !== null) note(`config: ${sanitizeText(file)}`);
  const config = need === 'run' ? checked.run : checked.signer;
  // `aos run` reports warnings as events. Beside errors they help: a mistyped key explains a missing one.
  if (config === null || need !== 'run')
    for (const {message} of checked.warnings) note(`warning: ${message}`);
  if (config === null) throw problemsError(source, checked.problems);
  const {warnings, marks, startProblems} = checked;
  return {config, file, warnings, marks, startProblems};
}

/**
 * Refuses to start an operator that would answer jobs with nothing, or with keys that anyone has.
 * @throws AosError CONFIG_INVALID | KEY_PUBLIC
 */
export async function refuseStart(
  {config, file, startProblems}: CommandConfig<Config>,
  signal: AbortSignal,
): Promise<void> {
  await refusePublicKeysOnChain(config, signal);
  if (startProblems.length > 0)
    throw problemsError({file, env: process.env, cwd: process.cwd()}, startProblems);
}
