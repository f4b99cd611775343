import {AosCommand} from '../../lib/cli/base-command.ts';
import {verdictExit} from '../../lib/cli/verdict-exit.ts';
import {runProgram} from '../../lib/features/life/unit.ts';
import {scopeOf, thisUser, unitFlags} from '../../lib/features/service/service-flags.ts';
import {serviceStatus} from '../../lib/features/service/status.ts';
import {isBooted} from '../../lib/foundation/system/own-unit.ts';
import {statusText} from '../../lib/features/service/text.ts';

export default class ServiceStatus extends AosCommand {
  static override summary = 'Show the systemd unit of the operator, and whether it runs.';
  static override description = `Checks the unit file, its program and configuration, and asks systemd. aos status says whether the node earns.

Exit code 0 when all is well, 3 when it is not installed or does not run, 4 with warnings, such as a machine without systemd.`;
  static override examples = [
    '<%= config.bin %> service status',
    {
      description: 'In a script',
      command: '<%= config.bin %> service status --json | jq .result.state.active',
    },
  ];
  static override flags = unitFlags;

  async run(): Promise<void> {
    const {flags} = await this.parse(ServiceStatus);
    const uid = process.getuid?.() ?? 0;
    const report = await serviceStatus({
      scope: scopeOf(flags.scope, uid),
      name: flags.name,
      env: process.env,
      run: runProgram,
      booted: isBooted(),
      user: thisUser(uid),
    });
    this.give({
      schema: 'service-status',
      exitCode: verdictExit(report.verdict),
      result: report,
      text: statusText(report, this.listStyle()),
    });
  }
}
