import {AosCommand} from '../../../lib/cli/base-command.ts';
import {actOnDevnet, renderAct} from '../../../lib/features/devnet/act.ts';
import {ejectFlags} from '../../../lib/features/devnet/act-flags.ts';
import {devnetFlag, devnetOf} from '../../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../../lib/foundation/errors/table.ts';

export default class DevnetActEject extends AosCommand {
  static override summary = 'Put an operator of the running devnet out of its quorums.';
  static override description =
    'As the ejector of the AVS does. An operator that is put out of its last quorum is no longer registered, and the published service manager never lets it in again.';
  static override examples = ['<%= config.bin %> devnet act eject'];
  static override flags = {...ejectFlags, ...devnetFlag};

  async run(): Promise<void> {
    const {flags} = await this.parse(DevnetActEject);
    const {control} = devnetOf(flags);
    const {operator = null, quorums = null, by} = flags;
    const result = await actOnDevnet(control, {act: 'eject', operator, quorums, by});
    this.give({schema: 'devnet-act', exitCode: EXIT.ok, result, text: renderAct(result, this.next)});
  }
}
