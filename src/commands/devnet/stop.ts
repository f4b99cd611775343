import {Args} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {findDevnet} from '../../lib/config/devnet-file.ts';
import {aosDirs} from '../../lib/config/paths.ts';
import {changePart, renderChange} from '../../lib/features/devnet/control.ts';
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

  async run(): Promise<void> {
    const {args} = await this.parse(DevnetStop);
    const {control} = findDevnet(aosDirs(process.env).devnetFile);
    const result = await changePart(control, 'stop', args.part);
    this.give({schema: 'devnet-stop', exitCode: EXIT.ok, result, text: renderChange(result)});
  }
}
