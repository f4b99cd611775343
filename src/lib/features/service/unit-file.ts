import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {pathOfVariable, userHome, type Env} from '../../config/user-path.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {isOurUnit, SYSTEM_UNITS} from '../../foundation/system/own-unit.ts';
import type {Scope} from './unit-text.ts';

/**
 * The path of a unit file.
 * @param units the directory of system units
 */
export function unitPath(scope: Scope, name: string, env: Env, units = SYSTEM_UNITS): string {
  const config = (): string => pathOfVariable(env, 'XDG_CONFIG_HOME') ?? join(userHome(env), '.config');
  return join(scope === 'system' ? units : join(config(), 'systemd/user'), `${name}.service`);
}

/** Reads a unit; null: there is none. @throws AosError OUT_WRITE_FAILED when it cannot be read */
export function readUnit(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!existsSync(path)) return null;
    throw new AosError('OUT_WRITE_FAILED', `${safeText(path)} cannot be read (${errorText(error)})`, {
      cause: error,
    });
  }
}

/** Refuses a unit that aos did not write. @throws AosError SERVICE_UNIT_FOREIGN */
export function refuseForeign(path: string, text: string | null): void {
  if (text !== null && !isOurUnit(text))
    throw new AosError('SERVICE_UNIT_FOREIGN', `${safeText(path)} was not written by aos`);
}

/** Writes a unit in one step, mode 0644: every user may read how it runs. @throws AosError OUT_WRITE_FAILED */
export function writeUnit(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(draft, text, {mode: 0o644, flag: 'wx', flush: true});
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, {force: true});
    throw new AosError('OUT_WRITE_FAILED', `${safeText(path)} could not be written (${errorText(error)})`, {
      cause: error,
    });
  }
}

/** Removes a unit. @throws AosError OUT_WRITE_FAILED */
export function removeUnit(path: string): void {
  try {
    rmSync(path);
  } catch (error) {
    throw new AosError('OUT_WRITE_FAILED', `${safeText(path)} could not be removed (${errorText(error)})`, {
      cause: error,
    });
  }
}
