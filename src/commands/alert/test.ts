import {AosCommand, configFlag, version} from '../../lib/cli/base-command.ts';
import {sendTestAlert} from '../../lib/features/alert/alerting.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';

export default class AlertTest extends AosCommand {
  static override summary = 'Send a test alert to the configured webhook.';
  static override description = `Sent like the alerts of aos run: up to four attempts with growing pauses, ten seconds each.
Exit code 0 when the webhook took it, 69 when not, 78 when alerts.webhook_url is not set.`;
  static override examples = [
    '<%= config.bin %> alert test',
    {
      description: 'With the URL from the environment',
      command:
        'AOS_ALERTS_WEBHOOK_URL=https://hooks.example.org/x <%= config.bin %> alert test -c ./config.yaml',
    },
  ];
  static override flags = {
    ...configFlag,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(AlertTest);
    const {config, warnings} = configForCommand(flags.config, 'run', (line) => this.note(line, flags.quiet));
    const result = await sendTestAlert(config, version);
    this.give({
      schema: 'alert-test',
      exitCode: 0,
      result,
      text: `sent: ${result.webhook} took it (HTTP ${result.status}, ${result.tookMs} ms); see that it arrived`,
      warnings,
      network: config.network,
      nodeId: config.node.id,
    });
  }
}
