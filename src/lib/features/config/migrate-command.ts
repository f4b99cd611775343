import {resolve} from 'node:path';
import {networkPreset} from '../../config/networks.ts';
import {FIELDS} from '../../config/schema.ts';
import {signerUrl} from '../../config/values.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {MigrationReport} from './migrate-report.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {draftMigration, type Draft} from './migrate-file.ts';
import {networkChoices} from '../init/fields.ts';
import {pathOfFlag} from '../../cli/flags.ts';
import {sourceFile} from '../../keys/source-file.ts';
import {flaggedSource, newPassword, type PasswordFlagValues} from '../../cli/password-flag.ts';
import {run} from '../../foundation/next-step/next-step.ts';

type MigrateFlags = PasswordFlagValues & {
  'dry-run': boolean;
  yes: boolean;
  'signer-url': string;
  'new-vrf-key': boolean;
  network?: string | undefined;
};

/** How the command speaks with a person. */
type Person = {
  mayAsk: boolean;
  /** Shows the plan before the question whether to write it. */
  show: (plan: MigrationReport) => void;
  note: (line: string) => void;
};

/**
 * @returns `asked`: the plan was shown already
 * @throws AosError USAGE naming the flags without which nothing can be written | what `draftMigration` throws
 */
export async function migrateCommand(
  file: string,
  flags: MigrateFlags,
  {mayAsk, show, note}: Person,
): Promise<{report: MigrationReport; exitCode: ExitCode; asked: boolean}> {
  const url = signerUrl.parse(flags['signer-url']);
  if ('wrong' in url)
    throw new AosError('USAGE', `--signer-url ${url.wrong}; expected ${signerUrl.expected}`);
  const draftFor = (network: string | null): Draft =>
    draftMigration({
      file: pathOfFlag(file, 'FILE'),
      signerUrl: url.value,
      newVrfKey: flags['new-vrf-key'],
      network,
      cwd: process.cwd(),
      today: isoTime(systemTime.now()).slice(0, 10),
    });
  let draft = draftFor(flags.network === undefined ? null : networkOfFlag(flags.network));
  draft.refusePublic();
  const exitOf = ({report}: Draft): ExitCode => (report.warnings.length > 0 ? EXIT.warnings : EXIT.ok);
  if (flags['dry-run'] || !draft.needed) return {report: draft.report, exitCode: exitOf(draft), asked: false};

  const source = flaggedSource(flags);
  if (!mayAsk) refuseWithout(source === null, draft, flags.yes);
  if (draft.needsNetwork) draft = draftFor(await askNetwork());
  draft.refusePublic();
  if (!flags.yes) {
    show(draft.report);
    const {askConfirm} = await import('../../cli/prompt.ts');
    if (!(await askConfirm('Write it?'))) return {report: draft.report, exitCode: EXIT.negative, asked: true};
  }
  const {signal} = new AbortController();
  const password = draft.needsPassword ? await newPassword(source ?? {kind: 'ask'}, signal) : null;
  if (password !== null) note('encrypting the key, which takes some seconds');
  const passwordFile = source?.kind === 'file' ? sourceFile(resolve(source.path)) : null;
  const report = await draft.write(password === null ? null : {password, passwordFile});
  return {report, exitCode: exitOf(draft), asked: !flags.yes};
}

/** @throws AosError USAGE for a network that is not known, or is no more */
function networkOfFlag(text: string): string {
  const parsed = FIELDS.network.type.parse(text.trim());
  if ('wrong' in parsed)
    throw new AosError('USAGE', `--network ${parsed.wrong}; expected ${FIELDS.network.type.expected}`);
  const retired = networkPreset(parsed.value)?.retired ?? null;
  if (retired !== null) throw new AosError('USAGE', `--network: ${parsed.value} ${retired}`);
  return parsed.value;
}

/** Asks for the network that the old file does not name. @throws AosError INTERRUPTED */
async function askNetwork(): Promise<string> {
  const {askChoice} = await import('../../cli/prompt.ts');
  const choices = networkChoices(false).map(({value, name, about = ''}) => ({
    value,
    name,
    description: about,
  }));
  const reply = await askChoice({message: 'Network of the new file', choices, suggestion: 'mainnet'});
  if (reply.kind === 'answer') return reply.value;
  throw new AosError('INTERRUPTED', 'ended at the first question; nothing was written');
}

function refuseWithout(noPassword: boolean, draft: Draft, yes: boolean): void {
  const missing = [
    ...(draft.needsNetwork ? ['--network NAME'] : []),
    ...(noPassword && draft.needsPassword ? ['--password-file FILE (- is standard input)'] : []),
    ...(yes ? [] : ['--yes']),
  ];
  if (missing.length === 0) return;
  throw new AosError('USAGE', `there is no one to ask, and these flags are missing: ${missing.join(', ')}`, {
    next: run('config migrate', ['FILE', '--dry-run'], 'Preview it first'),
  });
}
