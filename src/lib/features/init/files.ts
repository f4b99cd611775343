import * as check from '../../foundation/check/check.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {accessSync, constants, existsSync, lstatSync, readlinkSync, realpathSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {aosDirs, nodeStateDir} from '../../config/paths.ts';
import {userPath, type Env} from '../../config/user-path.ts';
import {readVrfKey} from '../../config/vrf-key.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {nodeIdOf} from './fields.ts';
import type {Finding, Known} from './question.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';

/** Where the configuration goes, and what relative paths in it start at. */
export type FilePlace = {
  /** Absolute. */
  file: string;
  env: Env;
  cwd: string;
};

/** A path of the configuration, absolute. */
export function placed(text: string, {file, env}: FilePlace): string {
  return userPath(text, dirname(file), env);
}

/** Whether the VRF key file is there and usable; one that is missing will be made. */
export function checkVrfKey(text: string, place: FilePlace): Finding {
  const path = placed(text, place);
  const shown = safeText(path);
  if (!isThere(path)) {
    const why = whyUnwritable(dirname(path));
    return why === null
      ? check.pending(`${shown} will be made, mode 0600`, null)
      : check.fail(`${shown} cannot be made: ${why}`, say('Name another file.'));
  }
  try {
    readVrfKey({kind: 'file', path}).fill(0);
    return check.ok(`${shown} is there and will be used`);
  } catch (error) {
    if (!isAosError(error)) throw error;
    return check.fail(safeText(error.message), error.next);
  }
}

/** Whether the journal's directory is there or can be made. */
export function checkStore({answers}: Known, place: FilePlace): Finding {
  const typed = answers['store-dir'] ?? '';
  const network = answers.network ?? 'custom';
  const dir =
    typed === '' ? nodeStateDir(aosDirs(place.env), network, nodeIdOf(answers)) : placed(typed, place);
  const why = whyUnwritable(dir);
  if (why === null) return check.ok(`the journal will be in ${safeText(dir)}`);
  return check.fail(
    `${safeText(dir)} cannot be used: ${why}`,
    say('Name a directory you own, or set AOS_HOME.'),
  );
}

/** Why nothing can be written below a directory, which need not exist; null when it can. */
export function whyUnwritable(dir: string): string | null {
  for (let at = resolve(dir); ; at = dirname(at)) {
    try {
      if (!lstatSync(realpathSync(at)).isDirectory()) return `${safeText(at)} is not a directory`;
      accessSync(at, constants.W_OK | constants.X_OK);
      return null;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code !== 'ENOENT' || at === dirname(at)) return `${safeText(at)}: ${code}`;
      // A link to nowhere would be followed when the directory is made.
      if (isThere(at)) return `${safeText(at)} is a link to nothing`;
    }
  }
}

export function isThere(path: string): boolean {
  try {
    return lstatSync(path, {throwIfNoEntry: false}) !== undefined;
  } catch {
    return false; // a directory on the way cannot be entered: writing will say so
  }
}

/**
 * The file that a configuration is written to: a link is followed, so that it stays one.
 * @throws AosError CONFIG_UNREADABLE (a directory, a link that leads back to itself)
 */
export function writableConfig(path: string): string {
  const shown = safeText(path);
  try {
    const real = existsSync(path) ? realpathSync(path) : linkTarget(path);
    if (isThere(real) && lstatSync(real).isDirectory())
      throw new AosError('CONFIG_UNREADABLE', `${shown} is a directory`, {
        next: say(`Name the file in it: -c ${shellWord(resolve(path, 'config.yaml'))}`),
      });
    return real;
  } catch (error) {
    if (error instanceof AosError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why =
      code === 'ELOOP' ? 'is a symbolic link that leads back to itself' : `cannot be used (${code})`;
    throw new AosError('CONFIG_UNREADABLE', `${shown} ${why}`, {cause: error});
  }
}

/** Where a link to nothing points; the path itself when it is no link. @throws ELOOP */
function linkTarget(path: string): string {
  if (!isThere(path)) return path;
  try {
    return realpathSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code !== 'ENOENT') throw error;
    return resolve(dirname(path), readlinkSync(path));
  }
}
