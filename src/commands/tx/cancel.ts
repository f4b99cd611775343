import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {replaceFlags} from '../../lib/features/tx/flags.ts';
import {answerReplace, whichOf} from '../../lib/features/tx/replace-command.ts';

export default class TxCancel extends AosCommand {
  static override summary = 'Cancel a pending transaction.';
  static override description = `Sends a transfer of nothing to node_id itself with the same nonce and higher fees: when it is mined first, the other never is.
Exit code 8 when neither is mined within --wait, 3 when declined, 75 when it would cost more than --max-fee.`;
  static override examples = [
    {description: 'Can it, and what would it cost?', command: '<%= config.bin %> tx cancel 0x3f9a --check'},
    '<%= config.bin %> tx cancel 0x3f9a',
    '<%= config.bin %> tx cancel 0x3f9a --max-fee 80 --yes',
    {
      description: 'One that another program sent',
      command: '<%= config.bin %> tx cancel --nonce 12 --check',
    },
  ];
  static override args = {
    hash: Args.string({
      description: 'Transaction hash, or a prefix of it (see aos tx list).',
    }),
  };
  static override flags = {
    ...configFlag,
    nonce: Flags.integer({
      summary: 'Cancel the transaction with this nonce, which another program sent from node_id.',
      min: 0,
      helpValue: 'N',
    }),
    ...replaceFlags,
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(TxCancel);
    const which = whichOf(args.hash, flags.nonce);
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config} = configForCommand(flags.config, 'run', note);
    const canAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const [show, style] = [(line: string): void => this.note(line), this.listStyle()];
    const answer = await untilStopped(
      (signal) => answerReplace(config, {kind: 'cancel', which}, flags, {canAsk, signal, note, show, style}),
      flags.timeout,
    );
    this.give({...answer, network: config.network, nodeId: config.node.id});
  }
}
