import {Args} from '@oclif/core';
import {AosCommand} from '../lib/cli/base-command.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {AosError} from '../lib/foundation/errors/error.ts';
import {exitCodesText} from '../lib/features/explain/exit-codes.ts';
import {
  codeListText,
  explain,
  explainedCodes,
  explanationText,
  meantCodes,
} from '../lib/features/explain/explain.ts';
import {safeText} from '../lib/foundation/text/safe-text.ts';
import {run} from '../lib/foundation/next-step/next-step.ts';

const NO_TERMINAL = 100;
const MOST_MEANT = 5;

export default class Explain extends AosCommand {
  static override summary = 'Explain an error, warning or exit code and what to do.';
  static override description = `Without CODE it lists all of them. Needs no configuration and no network.`;
  static override examples = [
    '<%= config.bin %> explain SIGNER_UNREACHABLE',
    {description: 'An exit code', command: '<%= config.bin %> explain 77'},
    {description: 'All exit codes', command: '<%= config.bin %> help exit-codes'},
  ];
  static override args = {
    code: Args.string({
      description: 'Code of an error or warning, or an exit code; case-insensitive.',
    }),
  };

  async run(): Promise<void> {
    const {args} = await this.parse(Explain);
    const {code} = args;
    if (code === undefined || code === 'exit-codes') {
      const all = explainedCodes().flatMap((name) => explain(name) ?? []);
      const codes = code === undefined ? all : all.filter(({kind}) => kind === 'exit-code');
      const text = code === undefined ? codeListText() : exitCodesText();
      this.give({schema: 'explain-list', exitCode: EXIT.ok, result: {codes}, text});
      return;
    }
    const about = explain(code);
    if (about === null) {
      const guesses = meantCodes(code);
      const [guess] = guesses;
      const more = guesses.length > MOST_MEANT ? `, or one of ${guesses.length - MOST_MEANT} more` : '';
      const meant =
        guess === undefined ? '' : `; did you mean ${guesses.slice(0, MOST_MEANT).join(', ')}${more}?`;
      throw new AosError('USAGE', `there is no code "${safeText(code, 100)}"${meant}`, {
        next: guess === undefined ? run('explain') : run('explain', [guess]),
      });
    }
    const text = explanationText(about, this.style.width ?? NO_TERMINAL, this.next);
    this.give({schema: 'explain', exitCode: EXIT.ok, result: about, text});
  }
}
