import {AosCommand} from '../../../lib/cli/base-command.ts';
import {actOnDevnet, renderAct} from '../../../lib/features/devnet/act.ts';
import {slashFlags} from '../../../lib/features/devnet/act-flags.ts';
import {devnetFlag, devnetOf} from '../../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../../lib/foundation/errors/table.ts';

export default class DevnetActSlash extends AosCommand {
  static override summary = 'Slash an operator of the running devnet, or record a penalty.';
  static override description = `AllocationManager takes a share of what the operator has allocated to the AVS, with every event of a real slash. An AVS without operator sets gets one, and the operator joins it with all of its stake.

With --penalty the AVS records a penalty in its ledger instead.`;
  static override examples = [
    '<%= config.bin %> devnet act slash --percent 25',
    '<%= config.bin %> devnet act slash --penalty offline --description "offline for 2 h"',
  ];
  static override flags = {...slashFlags, ...devnetFlag};

  async run(): Promise<void> {
    const {flags} = await this.parse(DevnetActSlash);
    const {control} = devnetOf(flags);
    const {percent: wad, penalty: kind, description} = flags;
    const about = {operator: flags.operator ?? null, description};
    const result = await actOnDevnet(
      control,
      kind === undefined ? {act: 'slash', wad, ...about} : {act: 'penalty', kind, ...about},
    );
    this.give({schema: 'devnet-act', exitCode: EXIT.ok, result, text: renderAct(result, this.next)});
  }
}
