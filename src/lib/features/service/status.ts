import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {surveyConfig} from '../../config/survey.ts';
import type {Env} from '../../config/user-path.ts';
import {errorText, isAosError} from '../../foundation/errors/error.ts';
import {commandOfUnit, isOurUnit} from '../../foundation/system/own-unit.ts';
import {fail, ok, unclear, warn, type Check, type Finding} from '../../foundation/check/check.ts';
import {run as runStep, say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import {count} from '../../foundation/text/words.ts';
import type {RunProgram} from '../life/unit.ts';
import {systemctl, unitState, type UnitState} from './systemd.ts';
import {readUnit, unitPath} from './unit-file.ts';
import type {Scope} from './unit-text.ts';

export const SERVICE_CHECKS = [
  'unit.file',
  'unit.program',
  'unit.config',
  'systemd',
  'service.running',
  'service.enabled',
  'service.reload',
  'service.linger',
] as const;
export type ServiceCheck = Check<(typeof SERVICE_CHECKS)[number]>;

/** The answer of `aos service status`. */
export type ServiceStatus = {
  unit: string;
  scope: Scope;
  file: string;
  verdict: 'ok' | 'warn' | 'fail';
  /** Null: systemd was not asked, or did not answer. */
  state: UnitState | null;
  checks: readonly ServiceCheck[];
};

export type StatusRequest = {
  scope: Scope;
  name: string;
  env: Env;
  run: RunProgram;
  booted: boolean;
  /** The user of a user service. */
  user: string;
  units?: string;
  /** Directory with one file for each user whose services run without a login. */
  lingering?: string;
};

/** Looks at the unit of an operator: its file, its program, its configuration, and what systemd says of it. */
export async function serviceStatus(request: StatusRequest): Promise<ServiceStatus> {
  const {scope, name, env, units, booted} = request;
  const file = unitPath(scope, name, env, units);
  const text = readUnit(file);
  const {state, finding} = await asked(request, text);
  const checks: ServiceCheck[] = [
    {id: 'unit.file', ...fileFinding(file, text, booted)},
    ...(text === null ? [] : unitChecks(text)),
    {id: 'systemd', ...finding},
    ...(text === null || state === null ? [] : stateChecks(scope, name, state)),
    ...(text !== null && booted && scope === 'user' ? [lingerCheck(request)] : []),
  ];
  const verdict = checks.some((check) => check.state === 'fail')
    ? 'fail'
    : checks.every((check) => check.state === 'ok')
      ? 'ok'
      : 'warn';
  return {unit: `${name}.service`, scope, file, verdict, state: text === null ? null : state, checks};
}

function fileFinding(file: string, text: string | null, booted: boolean): Finding {
  if (text === null)
    return fail(`there is no ${file}`, booted ? runStep('service install') : withoutSystemd(text));
  return isOurUnit(text)
    ? ok(file)
    : warn(`${file} was not written by aos`, say('Compare it with: aos service install --dry-run'));
}

function unitChecks(text: string): ServiceCheck[] {
  const words = commandOfUnit(text);
  const [node = '', program = ''] = words;
  const gone = [node, program].filter((path) => path.startsWith('/') && !existsSync(path));
  const config = words[words.indexOf('-c') + 1] ?? '';
  return [
    {
      id: 'unit.program',
      ...(words.length === 0 || gone.length > 0
        ? fail(`${gone[0] ?? 'ExecStart'} is not there any more`, runStep('service install'))
        : ok(`${node} ${program}`)),
    },
    ...(words.includes('-c') ? [{id: 'unit.config' as const, ...configFinding(config)}] : []),
  ];
}

function configFinding(file: string): Finding {
  const next = runStep('config validate', ['-c', file]);
  try {
    const {problems} = surveyConfig({file, env: process.env, cwd: '/'}, 'signer');
    return problems.length === 0
      ? ok(file)
      : fail(`${file} has ${count(problems.length, 'problem')}; the next start fails`, next);
  } catch (error) {
    return isAosError(error, 'CONFIG_UNREADABLE')
      ? unclear(`${file}: ${errorText(error)}`, say(`sudo aos config validate -c ${shellWord(file)}`))
      : fail(errorText(error), next);
  }
}

/** Without systemd a unit starts nothing, so that to install one is no step. */
function withoutSystemd(text: string | null): NextStep {
  const words = text === null ? 'with aos run: docs/containers.md' : 'with the words of ExecStart';
  return say(`Start it by your service manager or container, ${words}.`);
}

async function asked(
  {scope, name, run, booted}: StatusRequest,
  text: string | null,
): Promise<{state: UnitState | null; finding: Finding}> {
  if (!booted)
    return {
      state: null,
      finding: unclear('systemd does not run on this machine', withoutSystemd(text)),
    };
  try {
    return {state: await unitState(scope, name, run), finding: ok('answers')};
  } catch (error) {
    const next = say(systemctl(scope, 'status', name));
    return {state: null, finding: unclear(`does not answer this user: ${errorText(error)}`, next)};
  }
}

function stateChecks(scope: Scope, name: string, state: UnitState): ServiceCheck[] {
  const {file, needsReload} = state;
  return [
    {id: 'service.running', ...runningFinding(scope, name, state)},
    {
      id: 'service.enabled',
      ...(file === 'enabled'
        ? ok('starts with the machine')
        : warn(
            `${file === '' ? 'not known to systemd' : file}: it does not start with the machine`,
            say(systemctl(scope, 'enable', name)),
          )),
    },
    ...(needsReload
      ? [
          {
            id: 'service.reload' as const,
            ...warn('the file was changed after systemd read it', say(systemctl(scope, 'daemon-reload'))),
          },
        ]
      : []),
  ];
}

function runningFinding(scope: Scope, name: string, state: UnitState): Finding {
  const {active, sub, result, exitStatus, pid, restarts, since} = state;
  const log = `${scope === 'user' ? 'journalctl --user' : 'sudo journalctl'} -u ${name} -n 50`;
  const ended = `${result}${exitStatus === null || result !== 'exit-code' ? '' : `, exit code ${exitStatus}`}`;
  if (active === 'active')
    return restarts === 0
      ? ok(`running as pid ${pid} since ${since}`)
      : warn(`running as pid ${pid} since ${since}, started again ${count(restarts, 'time')}`, say(log));
  if (result === 'start-limit-hit')
    return fail(
      'given up: it ended 300 times within an hour',
      say(`${log}; then ${systemctl(scope, 'reset-failed', name)} && ${systemctl(scope, 'start', name)}`),
    );
  if (sub === 'auto-restart') return fail(`ended (${ended}), and is started again`, say(log));
  if (active === 'failed') return fail(`stopped for good (${ended})`, say(log));
  if (active === 'inactive') return fail('does not run', say(systemctl(scope, 'start', name)));
  return warn(`${active} (${sub})`, runStep('service status'));
}

/** Without lingering, a user's services end with its last session. */
function lingerCheck({user, lingering = '/var/lib/systemd/linger'}: StatusRequest): ServiceCheck {
  return {
    id: 'service.linger',
    ...(existsSync(join(lingering, user))
      ? ok(`runs without a login of ${user}`)
      : warn(`ends when ${user} logs out`, say(`sudo loginctl enable-linger ${user}`))),
  };
}
