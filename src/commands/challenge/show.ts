import {Args, Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {freshFlag, timeoutFlag} from '../../lib/cli/flags.ts';
import {
  challengesFor,
  challengeTarget,
  parseChallengeNumber,
} from '../../lib/features/challenge/challenge.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import {
  challengeDetail,
  challengeExit,
  challengesJson,
  challengeWarnings,
} from '../../lib/features/challenge/text.ts';

export default class ChallengeShow extends AosCommand {
  static override summary = 'Show one challenge and the time left to answer.';
  static override description = [
    "NUMBER is the challenge's own number in the contract, the first column of `aos challenge list`. Challenges are of the whole AVS: none names an operator, so there is no --operator.",
    'Exit code 3 when there is no such challenge, 4 when it is open and waits for its answer, else 0.',
  ].join('\n\n');
  static override examples = ['<%= config.bin %> challenge show 3'];
  static override args = {
    number: Args.string({description: 'Number of the challenge.', required: true}),
  };
  static override flags = {
    ...configFlag,
    fresh: freshFlag,
    timeout: timeoutFlag,
    network: Flags.string({summary: 'Network whose contracts are read.', helpValue: 'NAME'}),
    'rpc-url': Flags.string({summary: 'JSON-RPC URL of the chain (default: ETH_RPC_URL).', helpValue: 'URL'}),
  };

  async run(): Promise<void> {
    const {flags, args} = await this.parse(ChallengeShow);
    const number = parseChallengeNumber(args.number);
    const target = challengeTarget(flags, (line) => this.note(line, flags.quiet));
    const book = await challengesFor(target, {
      quiet: flags.quiet || this.jsonEnabled(),
      fresh: flags.fresh,
      timeoutMs: flags.timeout,
    });
    const found = book.challenges.find(({index}) => index === number);
    const shown = found === undefined ? [] : [found];
    const warnings = challengeWarnings(book);
    if (!this.jsonEnabled()) for (const {message} of warnings) this.note(`warning: ${message}`, flags.quiet);
    this.give({
      schema: 'challenge-show',
      exitCode: found === undefined ? EXIT.negative : challengeExit(shown),
      result: challengesJson(book, shown),
      text:
        found === undefined
          ? `There is no challenge ${number}: ${book.challenges.length} were found up to block ${book.latestBlock}.`
          : challengeDetail(book, found, this.next),
      warnings,
      network: target.network,
    });
  }
}
