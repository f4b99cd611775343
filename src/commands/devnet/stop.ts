import {Args} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {changePart, renderChange} from '../../lib/features/devnet/control.ts';
import {devnetFlag, devnetOf} from '../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class DevnetStop extends AosCommand {
  static override summary = 'Stop the dispatcher, worker or signer of the running devnet.';
  static override description =
    'As a crash would: what it had open is gone. The dispatcher keeps its jobs, results and operators for the next start.';
  static override examples = ['<%= config.bin %> devnet stop dispatcher'];
  static override args = {
    part: Args.string({
      description: 'The part.',
      options: ['dispatcher', 'worker', 'signer'],
      required: true,
    }),
  };
  static override flags = devnetFlag;

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DevnetStop);
    const {control} = devnetOf(flags);
    const result = await changePart(control, 'stop', args.part);
    this.give({schema: 'devnet-stop', exitCode: EXIT.ok, result, text: renderChange(result)});
  }
}
