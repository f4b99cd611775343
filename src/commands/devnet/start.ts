import {Args} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {changePart, renderChange} from '../../lib/features/devnet/control.ts';
import {devnetFlag, devnetOf} from '../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class DevnetStart extends AosCommand {
  static override summary = 'Start a stopped part of the running devnet again.';
  static override description = 'On the same port as before.';
  static override examples = ['<%= config.bin %> devnet start dispatcher'];
  static override args = {
    part: Args.string({
      description: 'The part.',
      options: ['dispatcher', 'worker', 'signer'],
      required: true,
    }),
  };
  static override flags = devnetFlag;

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DevnetStart);
    const {control} = devnetOf(flags);
    const result = await changePart(control, 'start', args.part);
    this.give({schema: 'devnet-start', exitCode: EXIT.ok, result, text: renderChange(result)});
  }
}
