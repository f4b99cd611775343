import {AosCommand} from '../../../lib/cli/base-command.ts';
import {actOnDevnet, renderAct} from '../../../lib/features/devnet/act.ts';
import {pendingStakeFlags} from '../../../lib/features/devnet/act-flags.ts';
import {devnetFlag, devnetOf} from '../../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../../lib/foundation/errors/table.ts';

export default class DevnetActPendingStake extends AosCommand {
  static override summary =
    'Change stake of an operator of the running devnet, with an effect that comes later.';
  static override description = `A staker delegates more, which a registry of BLS keys counts only when it updates the operator. And the operator allocates half of its free stake, which takes effect --blocks blocks later; one without free stake takes back half of what it has allocated, after the delay of EigenLayer.`;
  static override examples = ['<%= config.bin %> devnet act pending-stake --deposit 8 --blocks 40'];
  static override flags = {...pendingStakeFlags, ...devnetFlag};

  async run(): Promise<void> {
    const {flags} = await this.parse(DevnetActPendingStake);
    const {control} = devnetOf(flags);
    const {operator = null, deposit, blocks} = flags;
    const result = await actOnDevnet(control, {act: 'pending-stake', operator, deposit, blocks});
    this.give({schema: 'devnet-act', exitCode: EXIT.ok, result, text: renderAct(result, this.next)});
  }
}
