import {readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {findConfig} from '../config/file.ts';
import {pathOfVariable, userHome, type Env} from '../config/user-path.ts';
import {run, type NextStep} from '../foundation/next-step/next-step.ts';
import {commandOfUnit, isBooted, isOurUnit, SYSTEM_UNITS} from '../foundation/system/own-unit.ts';

export type ServiceWhere = {
  /** The `--config` of the user. */
  config: string | undefined;
  env: Env;
  cwd: string;
  uid: number;
  /** The directory of system units. */
  units?: string;
  /** Whether systemd is the service manager of this machine. */
  booted?: boolean;
};

/**
 * Returns the step that starts the operator as this machine starts it. Where a unit that aos wrote runs this configuration, one
 * that is started by hand would hold what the service needs, which then ends with 77 and stays down.
 */
export function serviceStep(step: NextStep, where: ServiceWhere): NextStep {
  if (step.run?.command !== 'run' || (step.run.args ?? []).length > 0) return step;
  const unit = unitOfConfig(where);
  if (unit === null) return step;
  const args = [
    ...(unit.name === 'aos' ? [] : ['--name', unit.name]),
    // Without the flag root asks for a service of the machine, and others for one of theirs.
    ...(unit.isUsers === (where.uid !== 0) ? [] : ['--scope', unit.isUsers ? 'user' : 'system']),
  ];
  return run('service status', args, 'Its service says why it is down, and what to type');
}

type OwnUnit = {name: string; isUsers: boolean};

/** The unit whose operator has the configuration that the user means; null: there is none. */
function unitOfConfig({
  config,
  env,
  cwd,
  units = SYSTEM_UNITS,
  booted = isBooted(),
}: ServiceWhere): OwnUnit | null {
  if (!booted) return null;
  try {
    const found = findConfig({flag: config, env, cwd});
    if (found === null) return null;
    const file = resolve(cwd, found.path);
    const home = pathOfVariable(env, 'XDG_CONFIG_HOME') ?? join(userHome(env), '.config');
    const places = [
      {dir: units, isUsers: false},
      {dir: join(home, 'systemd/user'), isUsers: true},
    ];
    return places.map(({dir, isUsers}) => unitIn(dir, file, isUsers)).find((unit) => unit !== null) ?? null;
  } catch {
    return null; // a path that cannot be meant: the command itself says so
  }
}

function unitIn(dir: string, config: string, isUsers: boolean): OwnUnit | null {
  const name = namesIn(dir).find((file) => {
    const text = textOf(join(dir, file));
    const words = commandOfUnit(text);
    return isOurUnit(text) && words[words.indexOf('-c') + 1] === config;
  });
  return name === undefined ? null : {name: name.replace(/\.service$/, ''), isUsers};
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.service'));
  } catch {
    return []; // there is no such directory
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // masked, or not to be read
  }
}
