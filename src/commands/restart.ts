import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {durationFlag} from '../lib/cli/flags.ts';
import {noProgress, progressLine} from '../lib/cli/progress-line.ts';
import {untilStopped} from '../lib/cli/signals.ts';
import {findNode, refuseBadStart} from '../lib/features/life/node.ts';
import {restartNode, restartText} from '../lib/features/life/restart.ts';
import {runProgram} from '../lib/features/life/unit.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';

export default class Restart extends AosCommand {
  static override summary = 'Restart the operator and wait until the network has it back.';
  static override description = `Restarts through systemd where a unit runs the operator; else it says what to type, and --confirm watches while you do it. A configuration that could not start leaves the running one.

Ends with 0 when the new process is connected and, if the network probed the node in the hour before, has been probed again; within --timeout, else with 75. Jobs in progress are finished first, for at most shutdown_grace.`;
  static override examples = [
    '<%= config.bin %> restart',
    {description: 'Restart by hand, and see it confirmed', command: '<%= config.bin %> restart --confirm'},
  ];
  static override flags = {
    ...configFlag,
    confirm: Flags.boolean({summary: 'Restart nothing: watch and confirm the restart that you make.'}),
    timeout: durationFlag({
      summary: 'Wait so long (default: 3m, 5 % of the usual offline allowance).',
      minMs: 1_000,
    }),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Restart);
    const node = await findNode('restart', flags.config, (line) => this.note(line, flags.quiet));
    if (!flags.confirm) refuseBadStart(node);
    const progress = flags.quiet ? noProgress : progressLine(process.stderr);
    const result = await untilStopped((signal) =>
      restartNode(node, {
        confirm: flags.confirm,
        timeoutMs: flags.timeout ?? 180_000,
        allowanceMs: node.config.offlineGraceMs,
        time: systemTime,
        signal,
        runProgram,
        onProgress: progress.show,
      }),
    ).finally(progress.clear);
    this.give({schema: 'restart', exitCode: EXIT.ok, result, text: restartText(result)});
  }
}
