import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {durationFlag} from '../../lib/cli/flags.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {muteAlerts, muteText} from '../../lib/features/alert/mute.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import {MOST_MUTE_MS} from '../../lib/node/alerts/mute.ts';

export default class AlertMute extends AosCommand {
  static override summary = 'Send no alerts of problems for a time: for planned work.';
  static override description = `Nothing is lost: what lasts at the end is sent then. Recoveries are sent all the time, and so are problems that cost stake while you work, or that your work does not cause: offline, challenges, slashes, penalties, signs of a second operator.

It is kept in the directory of the journal, so it survives a restart, and an operator that runs sees it within 15 seconds.`;
  static override examples = [
    {description: 'Before work on the worker', command: '<%= config.bin %> alert mute --for 1h'},
    {description: 'Done sooner', command: '<%= config.bin %> alert mute --end'},
  ];
  static override flags = {
    ...configFlag,
    for: durationFlag({
      summary: 'Mute for so long, at most 1d.',
      minMs: 1_000,
      maxMs: MOST_MUTE_MS,
      exactlyOne: ['for', 'end'],
    }),
    end: Flags.boolean({summary: 'End the mute.', exactlyOne: ['for', 'end']}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertMute);
    const {config, warnings} = configForCommand(flags.config, 'run', (line) => this.note(line, flags.quiet));
    const forMs = flags.for ?? null;
    const result = muteAlerts(config.store.dir, forMs, systemTime.now());
    this.give({
      schema: 'alert-mute',
      exitCode: EXIT.ok,
      result,
      text: muteText(result, forMs),
      warnings,
      network: config.network,
      nodeId: config.node.id,
    });
  }
}
