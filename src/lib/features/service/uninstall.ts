import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {RunProgram} from '../life/unit.ts';
import type {Env} from '../../config/user-path.ts';
import {isBooted} from '../../foundation/system/own-unit.ts';
import {systemctl, unitState, type UnitState} from './systemd.ts';
import {readUnit, refuseForeign, removeUnit, unitPath} from './unit-file.ts';
import type {Scope} from './unit-text.ts';

/** The answer of `aos service uninstall`. */
export type UninstallResult = {unit: string; scope: Scope; file: string; commands: readonly string[]};

export type UninstallRequest = {
  scope: Scope;
  name: string;
  uid: number;
  force: boolean;
  env: Env;
  run: RunProgram;
  units?: string;
  booted?: boolean;
};

/**
 * Removes the unit of an operator that does not run. Configuration, keys and journal stay.
 * @throws AosError SERVICE_ROOT_NEEDED | SERVICE_UNIT_ABSENT | SERVICE_UNIT_FOREIGN | SERVICE_ACTIVE | OUT_WRITE_FAILED
 */
export async function uninstallService(request: UninstallRequest): Promise<UninstallResult> {
  const {scope, name, env, units, run} = request;
  const file = unitPath(scope, name, env, units);
  if (scope === 'system' && request.uid !== 0)
    throw new AosError('SERVICE_ROOT_NEEDED', `only root may remove ${safeText(file)}`);
  const text = readUnit(file);
  if (text === null) throw new AosError('SERVICE_UNIT_ABSENT', `there is no ${safeText(file)}`);
  if (!request.force) refuseForeign(file, text);
  const state = (request.booted ?? isBooted()) ? await asked(scope, name, run) : null;
  const isUp = state !== null && ['active', 'activating', 'deactivating', 'reloading'].includes(state.active);
  if (isUp || state?.file === 'enabled')
    throw new AosError('SERVICE_ACTIVE', `${name}.service is ${isUp ? state.active : 'enabled'}`, {
      next: say(systemctl(scope, 'disable', '--now', name)),
    });
  removeUnit(file);
  return {
    unit: `${name}.service`,
    scope,
    file,
    commands: state === null ? [] : [systemctl(scope, 'daemon-reload')],
  };
}

async function asked(scope: Scope, name: string, run: RunProgram): Promise<UnitState | null> {
  try {
    return await unitState(scope, name, run);
  } catch {
    return null; // this user has no service manager, so none runs the unit
  }
}

export function uninstallText({file, commands}: UninstallResult): string {
  return [
    `${safeText(file)}: removed; configuration, keys and journal are where they were`,
    ...(commands.length === 0 ? [] : ['next:', ...commands.map((command) => `  ${command}`)]),
  ].join('\n');
}
