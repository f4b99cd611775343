import {Args} from '@oclif/core';
import {AosCommand} from '../lib/cli/base-command.ts';
import {bashCompletion} from '../lib/features/completion/bash.ts';
import {fishCompletion} from '../lib/features/completion/fish.ts';
import {zshCompletion} from '../lib/features/completion/zsh.ts';
import {commandWords} from '../lib/features/completion/command-words.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';

const SHELLS = {bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion};
const NAMES = Object.keys(SHELLS) as (keyof typeof SHELLS)[];

export default class Completion extends AosCommand {
  static override summary = 'Print a script that completes commands and flags in your shell.';
  static override description = `The script contains all names, so completion starts no program. Print it again after an update.`;
  static override examples = [
    {
      description: 'bash',
      command: '<%= config.bin %> completion bash > ~/.local/share/bash-completion/completions/aos',
    },
    {description: 'zsh', command: '<%= config.bin %> completion zsh > "${fpath[1]}/_aos"'},
    {description: 'fish', command: '<%= config.bin %> completion fish > ~/.config/fish/completions/aos.fish'},
  ];
  static override args = {
    shell: Args.string({description: 'bash, zsh or fish.', options: NAMES, required: true}),
  };

  async run(): Promise<void> {
    const {args} = await this.parse(Completion);
    const shell = NAMES.find((name) => name === args.shell) ?? 'bash';
    const script = SHELLS[shell](commandWords(this.config.commands));
    this.give({schema: 'completion', exitCode: EXIT.ok, result: {shell, script}, text: script.trimEnd()});
  }
}
