import {Flags} from '@oclif/core';
import {realpathSync} from 'node:fs';
import {resolve} from 'node:path';
import {AosCommand, configFlag, version} from '../../lib/cli/base-command.ts';
import {findConfig} from '../../lib/config/file.ts';
import {noConfiguration} from '../../lib/config/no-configuration.ts';
import {runProgram} from '../../lib/features/life/unit.ts';
import {installService, installText} from '../../lib/features/service/install.ts';
import {scopeOf, thisUser, unitFlags} from '../../lib/features/service/service-flags.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class ServiceInstall extends AosCommand {
  static override summary = 'Write a systemd unit that runs the operator.';
  static override description = `The unit starts the operator again after a failure, but not after one that a restart cannot cure (exit codes 64, 65, 77, 78). A system service sees no home directory but its own, writes in the state directory alone, and gets its secret files from systemd. The configuration is checked as the service will read it; a wrong one (exit code 78) leaves what was there. Nothing is started: the command prints what to type.`;
  static override examples = [
    'sudo <%= config.bin %> service install -c /etc/aos/config.yaml',
    {description: 'See it first', command: '<%= config.bin %> service install --dry-run'},
  ];
  static override flags = {
    ...configFlag,
    ...unitFlags,
    'run-as': Flags.string({summary: 'The user of a system service.', default: 'aos'}),
    'dry-run': Flags.boolean({summary: 'Print the unit and write nothing.'}),
    force: Flags.boolean({summary: 'Replace a unit that aos did not write.'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(ServiceInstall);
    const uid = process.getuid?.() ?? 0;
    const cwd = process.cwd();
    const scope = scopeOf(flags.scope, uid);
    const found = findConfig({flag: flags.config, env: process.env, cwd});
    if (found === null) throw noConfiguration(process.env);
    const {result, warnings} = await installService({
      scope,
      name: flags.name,
      config: resolve(cwd, found.path),
      runAs: scope === 'system' ? flags['run-as'] : thisUser(uid),
      node: process.execPath,
      root: realpathSync(this.config.root),
      version,
      env: process.env,
      uid,
      dryRun: flags['dry-run'],
      force: flags.force,
      run: runProgram,
    });
    for (const {message} of warnings) this.note(`warning: ${message}`, flags.quiet);
    this.give({
      schema: 'service-install',
      exitCode: EXIT.ok,
      result,
      text: installText(result),
      warnings,
    });
  }
}
