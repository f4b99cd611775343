import {checkConfig, problemsError, type CheckedConfig} from '../../config/load.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {Emit} from '../../node/events/events.ts';
import type {LogChoice} from './event-output.ts';

export type ReloadOptions = {
  /** The configuration file that the operator was started with; null: none. */
  file: string | null;
  /** Of the configuration that it works with (see {@link CheckedConfig}). */
  marks: CheckedConfig['marks'];
  /** Keys that a flag of the command line stands above: they hold after a restart, if at all. */
  byFlag: readonly string[];
  emit: Emit;
  setLog: (choice: LogChoice) => void;
};

/** What a reload did: keys that hold from now on, and those that do after a restart. */
export type ReloadResult = {file: string | null; applied: string[]; needRestart: string[]};

/** The keys that a running operator takes over; the others are what it was built from. */
const LIVE = ['log.format', 'log.level'];

/**
 * Creates the action of SIGHUP and of `aos reload`: it reads the configuration again and reports the result. A wrong one changes
 * nothing.
 * @returns a function that reloads; it throws what is wrong with the new configuration (AosError CONFIG_* | KEY_*)
 */
export function createReload({file, marks, byFlag, emit, setLog}: ReloadOptions): () => ReloadResult {
  const takesOver = LIVE.filter((key) => !byFlag.includes(key));
  // Keys that need a restart are reported with each reload until the restart.
  let live = marks;
  return () => {
    try {
      const source = {file, env: process.env, cwd: process.cwd()};
      const checked = checkConfig(source, {need: 'run'});
      const problems = [...checked.problems, ...checked.startProblems];
      if (checked.run === null || problems.length > 0) throw problemsError(source, problems);
      const applied = takesOver.filter((key) => checked.marks.get(key) !== live.get(key));
      if (applied.length > 0) setLog(checked.run.log);
      const needRestart = changedKeys(marks, checked.marks).filter((key) => !takesOver.includes(key));
      emit({type: 'config_reloaded', file, applied, needRestart});
      live = checked.marks;
      return {file, applied, needRestart};
    } catch (error) {
      const code = error instanceof AosError ? error.code : 'BUG';
      emit({
        type: 'warning',
        code,
        message: `the configuration was not reloaded, the old one stays: ${errorText(error)}`,
      });
      throw error;
    }
  };
}

/** Keys whose values are not the same in both, in alphabetical order. */
export function changedKeys(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key)).sort();
}
