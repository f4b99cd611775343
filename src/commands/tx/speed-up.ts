import {Args} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {replaceFlags} from '../../lib/features/tx/flags.ts';
import {answerReplace} from '../../lib/features/tx/replace-command.ts';

export default class TxSpeedUp extends AosCommand {
  static override summary = 'Speed up a pending transaction with higher fees.';
  static override description = `The same transaction with the same nonce and at least 10 % more on both fees, so that at most one of the two is mined.
Exit code 8 when neither is mined within --wait, 3 when declined, 75 when it would cost more than --max-fee.`;
  static override examples = [
    {description: 'Can it, and what would it cost?', command: '<%= config.bin %> tx speed-up 0x3f9a --check'},
    '<%= config.bin %> tx speed-up 0x3f9a',
    '<%= config.bin %> tx speed-up 0x3f9a --max-fee 80 --yes',
  ];
  static override args = {
    hash: Args.string({
      description: 'Transaction hash, or a prefix of it (see aos tx list).',
      required: true,
    }),
  };
  static override flags = {...configFlag, ...replaceFlags};

  async run(): Promise<void> {
    const {args, flags} = await this.parse(TxSpeedUp);
    const which = {hash: args.hash};
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config} = configForCommand(flags.config, 'run', note);
    const canAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const [show, style] = [(line: string): void => this.note(line), this.listStyle()];
    const answer = await untilStopped(
      (signal) =>
        answerReplace(config, {kind: 'speed-up', which}, flags, {canAsk, signal, note, show, style}),
      flags.timeout,
    );
    this.give({...answer, network: config.network, nodeId: config.node.id});
  }
}
