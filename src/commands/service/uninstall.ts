import {Flags} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {runProgram} from '../../lib/features/life/unit.ts';
import {scopeOf, unitFlags} from '../../lib/features/service/service-flags.ts';
import {uninstallService, uninstallText} from '../../lib/features/service/uninstall.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class ServiceUninstall extends AosCommand {
  static override summary = 'Remove the systemd unit of the operator.';
  static override description =
    'The unit must be stopped and disabled first; the message says how. Configuration, keys and journal stay where they are.';
  static override examples = ['sudo <%= config.bin %> service uninstall'];
  static override flags = {
    ...unitFlags,
    force: Flags.boolean({summary: 'Remove also a unit that aos did not write.'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(ServiceUninstall);
    const uid = process.getuid?.() ?? 0;
    const result = await uninstallService({
      scope: scopeOf(flags.scope, uid),
      name: flags.name,
      uid,
      force: flags.force,
      env: process.env,
      run: runProgram,
    });
    this.give({schema: 'service-uninstall', exitCode: EXIT.ok, result, text: uninstallText(result)});
  }
}
