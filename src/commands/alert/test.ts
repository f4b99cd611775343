import {Flags} from '@oclif/core';
import {AosCommand, configFlag, version} from '../../lib/cli/base-command.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {CHANNEL_NAMES} from '../../lib/config/config.ts';
import {sendTestAlert, testExit, testText} from '../../lib/features/alert/test-alert.ts';

export default class AlertTest extends AosCommand {
  static override summary = 'Send a test alert on the configured channels.';
  static override description = `Sent like the alerts of aos run: up to four attempts with growing pauses, ten seconds each; mail in two, twenty seconds each.
Exit code 0 when every channel took it, 69 when one did not, 78 when none is configured.`;
  static override examples = [
    '<%= config.bin %> alert test',
    '<%= config.bin %> alert test --channel email',
    {
      description: 'With the URL from the environment',
      command:
        'AOS_ALERTS_WEBHOOK_URL=https://hooks.example.org/x <%= config.bin %> alert test -c ./config.yaml',
    },
  ];
  static override flags = {
    ...configFlag,
    channel: Flags.string({
      summary: 'Test this channel alone.',
      options: CHANNEL_NAMES,
    }),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertTest);
    const {config, warnings} = configForCommand(flags.config, 'run', (line) => this.note(line, flags.quiet));
    const channel = CHANNEL_NAMES.find((name) => name === flags.channel) ?? null;
    const result = await untilStopped((signal) => sendTestAlert(config, {version, channel, signal}));
    this.give({
      schema: 'alert-test',
      exitCode: testExit(result),
      result,
      text: testText(result, this.next),
      warnings,
      network: config.network,
      nodeId: config.node.id,
    });
  }
}
