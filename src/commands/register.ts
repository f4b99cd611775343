import {AosCommand, configFlag} from '../lib/cli/base-command.ts';
import {canPrompt} from '../lib/cli/can-prompt.ts';
import {configForCommand} from '../lib/cli/load-config.ts';
import {passwordFlags} from '../lib/cli/password-flag.ts';
import {answerCheck, answerRegister, registerOptions} from '../lib/features/register/register-command.ts';
import {registerFlags} from '../lib/features/register/flags.ts';
import {noProgress, progressLine} from '../lib/cli/progress-line.ts';
import {untilStopped} from '../lib/cli/signals.ts';

export default class Register extends AosCommand {
  static override summary = 'Register this operator: EigenLayer, AVS, dispatcher, range.';
  static override description = `Runs the missing steps in order and can be repeated at any point: a sent transaction is found again and never sent twice. Each one is simulated, shown and confirmed before it is signed.

Exit code 0: registered. 3: something has to be done first, or declined. 4: only the dispatcher failed. 8: sent, not mined within --wait. 75: gas costs more than --max-fee. 77: refused for safety.`;
  static override examples = [
    {description: 'What is missing?', command: '<%= config.bin %> register --check'},
    {description: 'Preview without sending', command: '<%= config.bin %> register --dry-run'},
    {
      description: 'A new operator of EigenLayer, without questions',
      command:
        '<%= config.bin %> register --as-operator --metadata-url https://example.org/operator.json --yes',
    },
    {
      description: 'Another metadata URL of an operator',
      command: '<%= config.bin %> register --update-metadata-url https://example.org/operator.json',
    },
    {
      description: 'In a script',
      command: '<%= config.bin %> register --yes --max-fee 40 --json | jq -r .result.txHash',
    },
  ];
  static override flags = {...configFlag, ...registerFlags, ...passwordFlags};

  async run(): Promise<void> {
    const {flags} = await this.parse(Register);
    const note = (line: string): void => this.note(line, flags.quiet);
    const {config, warnings} = configForCommand(flags.config, 'run', note);
    const canAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const {network, node} = config;
    // What is agreed to is shown, also with --quiet.
    const show = (line: string): void => this.note(line);
    const style = this.listStyle();
    const {notices, ...answer} = await untilStopped((signal) => {
      const progress = flags.quiet ? noProgress : progressLine(process.stderr);
      const options = registerOptions(config, flags, {canAsk, signal, note, show, progress});
      return flags.check ? answerCheck(config, options, style) : answerRegister(config, options, style);
    }, flags.timeout);
    this.give({...answer, warnings: [...warnings, ...notices], network, nodeId: node.id});
  }
}
