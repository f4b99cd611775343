import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {ageFlag, freshFlag, timeoutFlag} from '../lib/cli/flags.ts';
import {interrupted, untilStopped} from '../lib/cli/signals.ts';
import {historyFor, historyTarget, scanProgress} from '../lib/features/slashing-history/slashing-history.ts';
import {answerOf, historyCsv, historyJson, historyTable} from '../lib/features/slashing-history/table.ts';

/** Columns of what is no terminal: a row is one line. */
const UNLIMITED = 10_000;

const blockFlag = (summary: string) => Flags.integer({summary, min: 0, helpValue: 'N'});

export default class SlashingHistory extends AosCommand {
  static override summary = 'List slashings, penalties, ejections and challenges from the chain.';
  static override description = [
    'Needs no configuration: --operator with --network and --rpc-url will do. What is final is kept, so the next run, also after Ctrl-C, reads only what is new; rows of blocks that are not final say so.',
    'Exit code 3 when a slash was executed; 4 when penalties are only recorded, the operator was ejected or removed, or a source could not be read; else 0.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> slashing-history',
    {
      description: 'Any operator, without a configuration',
      command:
        '<%= config.bin %> slashing-history --network mainnet --operator 0xADDRESS --rpc-url https://rpc.example.org --since 30d',
    },
    {description: 'For a spreadsheet', command: '<%= config.bin %> slashing-history --csv > slashes.csv'},
  ];
  static override flags = {
    ...configFlag,
    operator: Flags.string({summary: 'Operator address (default: node_id).', helpValue: 'ADDRESS'}),
    network: Flags.string({summary: 'Network whose contracts are read.', helpValue: 'NAME'}),
    'rpc-url': Flags.string({summary: 'JSON-RPC URL of the chain (default: ETH_RPC_URL).', helpValue: 'URL'}),
    'from-block': blockFlag("First block; else each contract's first."),
    'to-block': blockFlag('Last block; else the latest.'),
    since: ageFlag({summary: 'Only the last 12h, 30d, 1y.', exclusive: ['from-block']}),
    'max-requests': Flags.integer({
      summary: 'Refuse a scan that needs more requests.',
      default: 10_000,
      min: 1,
      helpValue: 'N',
    }),
    concurrency: Flags.integer({summary: 'Requests at once.', default: 8, min: 1, max: 64, helpValue: 'N'}),
    fresh: freshFlag,
    timeout: timeoutFlag,
    csv: Flags.boolean({summary: 'Print the rows as CSV.', exclusive: ['json']}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(SlashingHistory);
    const note = (line: string): void => this.note(line, flags.quiet);
    const target = historyTarget(flags, note);
    const progress = scanProgress(process.stderr);
    const onProgress = flags.quiet || this.jsonEnabled() ? () => {} : progress.show;
    const history = await untilStopped(
      (signal) => historyFor(target, flags, {signal, onProgress}),
      flags.timeout,
      interrupted,
    ).finally(progress.clear);
    const answer = answerOf(history);
    if (flags.csv) note(answer.statement);
    if (history.notKept !== null) note(`warning: what was read cannot be kept: ${history.notKept}`);
    const width = this.style.width ?? UNLIMITED;
    this.give({
      schema: 'slashing-history',
      exitCode: answer.exitCode,
      result: historyJson(history, answer),
      text: flags.csv ? historyCsv(history) : historyTable(history, answer, width),
      network: target.view.network,
      nodeId: target.operator,
    });
  }
}
