import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {freshFlag, timeoutFlag} from '../../lib/cli/flags.ts';
import {challengesFor, challengeTarget} from '../../lib/features/challenge/challenge.ts';
import {
  challengeExit,
  challengesJson,
  challengeTable,
  challengeWarnings,
} from '../../lib/features/challenge/text.ts';

/** Columns of what is no terminal: a row is one line. */
const UNLIMITED = 10_000;

export default class ChallengeList extends AosCommand {
  static override summary = 'List on-chain challenges and the time left to answer.';
  static override description = [
    "Challenges are of the whole AVS: none names an operator, so there is no --operator. They are answered by the AVS's aggregator; `aos challenge evidence` gathers what this node has to say. Needs no configuration: --network and --rpc-url will do.",
    'Exit code 4 when an open challenge waits for its answer, else 0.',
  ].join('\n\n');
  static override examples = [
    '<%= config.bin %> challenge list',
    {
      description: 'Clock numbers of the open ones',
      command: "<%= config.bin %> challenge list --open --json | jq -r '.result.challenges[].clockNumber'",
    },
  ];
  static override flags = {
    ...configFlag,
    fresh: freshFlag,
    timeout: timeoutFlag,
    network: Flags.string({summary: 'Network whose contracts are read.', helpValue: 'NAME'}),
    'rpc-url': Flags.string({summary: 'JSON-RPC URL of the chain (default: ETH_RPC_URL).', helpValue: 'URL'}),
    open: Flags.boolean({summary: 'Only open challenges.'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(ChallengeList);
    const target = challengeTarget(flags, (line) => this.note(line, flags.quiet));
    const book = await challengesFor(target, {
      quiet: flags.quiet || this.jsonEnabled(),
      fresh: flags.fresh,
      timeoutMs: flags.timeout,
    });
    const shown = flags.open ? book.challenges.filter(({state}) => state === 'open') : book.challenges;
    const warnings = challengeWarnings(book);
    if (!this.jsonEnabled()) for (const {message} of warnings) this.note(`warning: ${message}`, flags.quiet);
    this.give({
      schema: 'challenge-list',
      exitCode: challengeExit(book.challenges, book.unreadable),
      result: challengesJson(book, shown),
      text: challengeTable(book, shown, this.style.width ?? UNLIMITED),
      warnings,
      network: target.network,
    });
  }
}
