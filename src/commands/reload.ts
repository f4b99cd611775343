import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {untilStopped} from '../lib/cli/signals.ts';
import {findNode} from '../lib/features/life/node.ts';
import {reloadNode, reloadText} from '../lib/features/life/reload.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';

export default class Reload extends AosCommand {
  static override summary = 'Have the running operator take over its configuration file.';
  static override description =
    'Workers (of the same kinds) with what their answers are checked by, RPC endpoints, alerts, log format and level hold at once; requests under way end as they began. The other keys that have changed are named: they need aos restart. A configuration with a mistake changes nothing and ends with 78. SIGHUP to a service does the same.';
  static override examples = ['<%= config.bin %> reload'];
  static override flags = {...configFlag};

  async run(): Promise<void> {
    const {flags} = await this.parse(Reload);
    const node = await findNode('reload', flags.config, (line) => this.note(line, flags.quiet));
    const result = await untilStopped((signal) => reloadNode(node, signal));
    this.give({schema: 'reload', exitCode: EXIT.ok, result, text: reloadText(result)});
  }
}
