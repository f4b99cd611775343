import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {durationFlag} from '../lib/cli/flags.ts';
import {untilStopped} from '../lib/cli/signals.ts';
import {findNode} from '../lib/features/life/node.ts';
import {stopNode, stopText} from '../lib/features/life/stop.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {systemTime} from '../lib/foundation/system/system-time.ts';

export default class Stop extends AosCommand {
  static override summary = 'Stop the running operator and wait for its end.';
  static override description =
    'The operator finishes the jobs in progress, for at most shutdown_grace; the others stay in the journal and continue with the next start. It is the end that SIGTERM makes. While it is stopped the network counts it as offline: aos status shows what is left of the offline allowance.';
  static override examples = [
    '<%= config.bin %> stop',
    '<%= config.bin %> stop --timeout 5m -c /etc/aos/config.yaml',
  ];
  static override flags = {
    ...configFlag,
    timeout: durationFlag({
      summary: 'Wait so long for its end (default: 2m); it keeps stopping after that.',
      minMs: 1_000,
    }),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Stop);
    const node = await findNode('stop', flags.config, (line) => this.note(line, flags.quiet));
    const result = await untilStopped((signal) =>
      stopNode(node, {timeoutMs: flags.timeout ?? 120_000, time: systemTime, signal}),
    );
    this.give({schema: 'stop', exitCode: EXIT.ok, result, text: stopText(result)});
  }
}
