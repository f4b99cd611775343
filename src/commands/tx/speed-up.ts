import {Args} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {confirmWith} from '../../lib/features/tx/confirm.ts';
import {replaceFlags, txLimits} from '../../lib/features/tx/flags.ts';
import {checkReplace, replaceCheckAnswer} from '../../lib/features/tx/replace-check.ts';
import {replaceByHash} from '../../lib/features/tx/replace.ts';
import {transactedReport} from '../../lib/features/tx/report.ts';

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
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config} = configForCommand(flags.config, 'run', note);
    const canAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const {network, node} = config;
    if (flags.check) {
      const what = {hash: args.hash, kind: 'speed-up'} as const;
      const found = await untilStopped(
        (signal) => checkReplace(config, {...what, limits: txLimits(flags, signal), note}),
        flags.timeout,
      );
      this.give({...replaceCheckAnswer(found, this.listStyle()), network, nodeId: node.id});
      return;
    }
    const done = await untilStopped(
      (signal) =>
        replaceByHash(config, {
          hash: args.hash,
          kind: 'speed-up',
          limits: txLimits(flags, signal),
          confirm: confirmWith({
            command: 'tx',
            yes: flags.yes,
            canAsk,
            signal,
            note: (line) => this.note(line),
          }),
          note,
        }),
      flags.timeout,
    );
    const {exitCode, result, text} = transactedReport(done, this.next);
    this.give({schema: 'tx-speed-up', exitCode, result, text, network, nodeId: node.id});
  }
}
