import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {configForCommand} from '../../lib/cli/load-config.ts';
import {timeoutFlag} from '../../lib/cli/flags.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {listTransactions} from '../../lib/features/tx/list.ts';
import {renderTransactions} from '../../lib/features/tx/report.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

const TERMINAL_WIDTH = 100;

export default class TxList extends AosCommand {
  static override summary = 'List the transactions that aos has signed for this node.';
  static override description = `Checks the open ones on chain. States: signed, sent, pending, dropped (no longer in any mempool), mined,
reverted, replaced (its nonce was used elsewhere), superseded (by another of this list), abandoned.`;
  static override examples = [
    '<%= config.bin %> tx list',
    {
      description: 'Hashes of the open ones',
      command:
        '<%= config.bin %> tx list --json | jq -r \'.result.transactions[] | select(.state == "pending") | .txHash\'',
    },
  ];
  static override flags = {
    ...configFlag,
    limit: Flags.integer({
      summary: 'Number of transactions, newest first.',
      default: 20,
      min: 1,
      max: 10_000,
      helpValue: 'N',
    }),
    timeout: timeoutFlag,
    offline: Flags.boolean({summary: 'Do not query the chain.'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(TxList);
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config} = configForCommand(flags.config, 'run', note);
    const {limit, offline} = flags;
    const {transactions, warnings} = await untilStopped(
      (signal) => listTransactions(config, {limit, offline, signal, note}),
      flags.timeout,
    );
    this.give({
      schema: 'tx-list',
      exitCode: EXIT.ok,
      result: {transactions},
      text: renderTransactions(transactions, this.style.width ?? TERMINAL_WIDTH),
      warnings,
      network: config.network,
      nodeId: config.node.id,
    });
  }
}
