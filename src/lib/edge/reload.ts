import {checkConfig, problemsError, type CheckedConfig} from '../config/load.ts';
import {AosError, errorText} from '../errors.ts';
import type {Emit} from '../operator/events.ts';
import type {LogFormat} from '../output/lines.ts';

export type ReloadOptions = {
  /** The configuration file that the operator was started with; null: none. */
  file: string | null;
  /** Of the configuration that it works with (see {@link CheckedConfig}). */
  marks: CheckedConfig['marks'];
  tell: Emit;
  /** Null: `--log-format` decides. */
  setFormat: ((format: LogFormat | null) => void) | null;
};

/** The only key that a running operator takes over; the others are what it was built from. */
const LIVE = 'log.format';

/**
 * What SIGHUP does to a service: reads the configuration again and tells what came of it. A wrong one changes nothing.
 * Never throws.
 * @returns a function that reloads
 */
export function createReload({file, marks, tell, setFormat}: ReloadOptions): () => void {
  let live = marks.get(LIVE);
  return () => {
    try {
      const source = {file, env: process.env, cwd: process.cwd()};
      const checked = checkConfig(source, {need: 'run'});
      if (checked.run === null) throw problemsError(source, checked.problems);
      const isLive = setFormat !== null && checked.marks.get(LIVE) !== live;
      if (isLive) setFormat(checked.run.log.format);
      const needRestart = changedKeys(marks, checked.marks).filter(
        (key) => key !== LIVE || setFormat === null,
      );
      tell({type: 'config_reloaded', file, applied: isLive ? [LIVE] : [], needRestart});
      // What needs a restart is told again with each reload, until there was one.
      if (isLive) live = checked.marks.get(LIVE);
    } catch (error) {
      const code = error instanceof AosError ? error.code : 'BUG';
      tell({
        type: 'warning',
        code,
        message: `the configuration was not reloaded, the old one stays: ${errorText(error)}`,
      });
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
