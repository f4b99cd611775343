import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {ConfigWarning} from '../../config/config.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {RunProgram} from '../life/unit.ts';
import {accountOf, type Account} from './account.ts';
import {planUnit, type Wanted} from './plan.ts';
import {systemctl} from './systemd.ts';
import {readUnit, refuseForeign, unitPath, writeUnit} from './unit-file.ts';
import {unitText, type Scope} from './unit-text.ts';

/** The answer of `aos service install`. */
export type InstallResult = {
  unit: string;
  scope: Scope;
  /** The unit file. */
  file: string;
  /** written: it is new; replaced: it was another one; same: nothing was to be done; planned: --dry-run */
  became: 'written' | 'replaced' | 'same' | 'planned';
  runAs: string;
  config: string;
  journal: string;
  text: string;
  /** What to type, in this order. */
  commands: readonly string[];
};

export type InstallRequest = Omit<Wanted, 'account'> & {
  /** Name of the user that a system service runs as. */
  runAs: string;
  /** The user id of this process. */
  uid: number;
  dryRun: boolean;
  force: boolean;
  run: RunProgram;
  /** Directory of system units. */
  units?: string;
};

/**
 * Writes the unit of an operator, after its configuration was found to be one that starts. What was there before stays unless
 * everything holds.
 * @throws AosError SERVICE_* | CONFIG_* | OUT_WRITE_FAILED
 */
export async function installService(
  request: InstallRequest,
): Promise<{result: InstallResult; warnings: readonly ConfigWarning[]}> {
  const {scope, name, env, units, dryRun, force} = request;
  if (scope === 'system' && request.uid !== 0 && !dryRun)
    throw new AosError('SERVICE_ROOT_NEEDED', `only root may write ${unitPath(scope, name, env, units)}`);
  const account = await accountFor(request);
  const {plan, config, warnings} = planUnit({...request, account});
  const file = unitPath(scope, name, env, units);
  const before = readUnit(file);
  if (!force) refuseForeign(file, before);
  const text = unitText(plan);
  const isNew = before === null;
  const isSame = before === text;
  if (!dryRun && !isSame) writeUnit(file, text);
  return {
    warnings,
    result: {
      unit: `${name}.service`,
      scope,
      file,
      became: dryRun ? 'planned' : isSame ? 'same' : isNew ? 'written' : 'replaced',
      runAs: account.name,
      config: request.config,
      journal: config.store.dir,
      text,
      commands: commandsFor(scope, name, {account, isNew}),
    },
  };
}

function commandsFor(
  scope: Scope,
  name: string,
  {account, isNew}: {account: Account; isNew: boolean},
): string[] {
  return [
    ...(scope === 'user' ? [`sudo loginctl enable-linger ${account.name}`] : []),
    ...(isNew
      ? [systemctl(scope, 'enable', '--now', name)]
      : [systemctl(scope, 'daemon-reload'), systemctl(scope, 'restart', name)]),
  ];
}

async function accountFor({scope, runAs, run}: InstallRequest): Promise<Account> {
  const account = await accountOf(runAs, run);
  if (account !== null) return account;
  throw new AosError('SERVICE_ACCOUNT_UNKNOWN', `this machine has no user ${safeText(runAs, 60)}`, {
    next: say(
      scope === 'system'
        ? `Make it: sudo useradd --system --home-dir /var/lib/aos --shell /usr/sbin/nologin ${safeText(runAs, 60)}`
        : 'Run it as a user whom getent passwd knows.',
    ),
  });
}

/** What was done, and what to type. */
export function installText({became, file, runAs, config, journal, text, commands}: InstallResult): string {
  if (became === 'planned') return text.trimEnd();
  const verb = {written: 'written', replaced: 'replaced', same: 'is right already'}[became];
  return [
    `${safeText(file)}: ${verb}`,
    `  runs as  ${runAs}`,
    `  config   ${safeText(config)}`,
    `  journal  ${safeText(journal)}`,
    'next:',
    ...commands.map((command) => `  ${command}`),
  ].join('\n');
}
