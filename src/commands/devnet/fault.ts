import {Args} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {changeFault, FAULT_HELP, FAULT_NAMES, renderFault} from '../../lib/features/devnet/fault.ts';
import {devnetFlag, devnetOf} from '../../lib/features/devnet/which-flags.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class DevnetFault extends AosCommand {
  static override summary = 'Let the signer of the running devnet do something wrong, or end it.';
  static override description = `In place of what it did wrong before. A signer that is stopped and started again has the faults of aos devnet up.

${FAULT_HELP}`;
  static override examples = [
    '<%= config.bin %> devnet fault signer wedged',
    '<%= config.bin %> devnet fault signer none',
  ];
  static override args = {
    part: Args.string({description: 'The part.', options: ['signer'], required: true}),
    fault: Args.string({description: 'The fault.', options: [...FAULT_NAMES], required: true}),
  };
  static override flags = devnetFlag;

  async run(): Promise<void> {
    const {args, flags} = await this.parse(DevnetFault);
    const {control} = devnetOf(flags);
    const result = await changeFault(control, args.fault);
    this.give({schema: 'devnet-fault', exitCode: EXIT.ok, result, text: renderFault(result)});
  }
}
