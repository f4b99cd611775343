import {resolve} from 'node:path';
import {signerUrl} from '../../config/values.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {MigrationReport} from './migrate-report.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {draftMigration} from './migrate-file.ts';
import {pathOfFlag} from '../../cli/flags.ts';
import {flaggedSource, newPassword, type PasswordFlagValues} from '../../cli/password-flag.ts';
import {run} from '../../foundation/next-step/next-step.ts';

type MigrateFlags = PasswordFlagValues & {
  'dry-run': boolean;
  yes: boolean;
  'signer-url': string;
  'new-vrf-key': boolean;
};

/**
 * @param show shows the plan before the question whether to go on
 * @returns `asked`: the plan was shown already
 * @throws AosError USAGE naming the flags without which nothing can be written | what `draftMigration` throws
 */
export async function migrateCommand(
  file: string,
  flags: MigrateFlags,
  {mayAsk, show}: {mayAsk: boolean; show: (plan: MigrationReport) => void},
): Promise<{report: MigrationReport; exitCode: ExitCode; asked: boolean}> {
  const url = signerUrl.parse(flags['signer-url']);
  if ('wrong' in url)
    throw new AosError('USAGE', `--signer-url ${url.wrong}; expected ${signerUrl.expected}`);
  const draft = draftMigration({
    file: pathOfFlag(file, 'FILE'),
    signerUrl: url.value,
    newVrfKey: flags['new-vrf-key'],
    cwd: process.cwd(),
    today: isoTime(systemTime.now()).slice(0, 10),
  });
  const exitCode = draft.report.warnings.length > 0 ? EXIT.warnings : EXIT.ok;
  if (flags['dry-run'] || !draft.needed) return {report: draft.report, exitCode, asked: false};

  const source = flaggedSource(flags);
  if (!mayAsk) refuseWithout(source === null && draft.needsPassword, !flags.yes);
  if (!flags.yes) {
    show(draft.report);
    const {askConfirm} = await import('../../cli/prompt.ts');
    if (!(await askConfirm('Write it?'))) return {report: draft.report, exitCode: EXIT.negative, asked: true};
  }
  const {signal} = new AbortController();
  const password = draft.needsPassword ? await newPassword(source ?? {kind: 'ask'}, signal) : null;
  const passwordFile = source?.kind === 'file' ? resolve(source.path) : null;
  const report = await draft.write(password === null ? null : {password, passwordFile});
  return {report, exitCode, asked: !flags.yes};
}

function refuseWithout(password: boolean, yes: boolean): void {
  const missing = [
    ...(password ? ['--password-file FILE (- is standard input)'] : []),
    ...(yes ? ['--yes'] : []),
  ];
  if (missing.length === 0) return;
  throw new AosError('USAGE', `there is no one to ask, and these flags are missing: ${missing.join(', ')}`, {
    next: run('config migrate', ['FILE', '--dry-run'], 'Preview it first'),
  });
}
