import {Args, Flags} from '@oclif/core';
import {AosCommand} from '../../lib/cli/base-command.ts';
import {canPrompt} from '../../lib/cli/can-prompt.ts';
import {migrateCommand} from '../../lib/features/config/migrate-command.ts';
import {passwordFlags} from '../../lib/cli/password-flag.ts';
import {renderPlan, renderWritten} from '../../lib/features/config/migrate-report.ts';

export default class ConfigMigrate extends AosCommand {
  static override summary = "Migrate a reference operator's config and move both keys out of it.";
  static override description = `Every key is mapped. The private key in signer_key goes into an encrypted keystore with a key configuration for Web3Signer (./keys beside the file), the VRF key into a file of mode 0600. The old file is kept as .bak, and the command that undoes the migration is printed.

Exit code 4 when something is odd, such as one key used for both.`;
  static override examples = [
    '<%= config.bin %> config migrate ./config-operator.yaml --network hoodi --dry-run',
    {
      description: 'In a script',
      command:
        '<%= config.bin %> config migrate ./config.yaml --yes --network hoodi --password-file ./keystore.password --json',
    },
  ];
  static override args = {
    file: Args.string({required: true, description: "The reference operator's config file."}),
  };
  static override flags = {
    'dry-run': Flags.boolean({summary: 'Show the changes without writing.'}),
    yes: Flags.boolean({char: 'y', summary: 'Write without asking.'}),
    'signer-url': Flags.string({
      summary: 'Where the Web3Signer with the key will listen.',
      helpValue: 'URL',
      default: 'http://127.0.0.1:9000',
    }),
    network: Flags.string({
      summary: 'Network of the new file; asked for when the old one names none.',
      helpValue: 'NAME',
    }),
    'new-vrf-key': Flags.boolean({summary: 'Make a new VRF key instead of keeping the old one.'}),
    ...passwordFlags,
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(ConfigMigrate);
    const width = this.style.width ?? 100;
    const {report, exitCode, asked} = await migrateCommand(args.file, flags, {
      mayAsk: canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process),
      show: (plan) => this.note(renderPlan(plan, process.stderr.columns || 100)),
      note: (line) => this.note(line, flags.quiet),
    });
    const text = asked ? renderWritten(report) : `${renderPlan(report, width)}\n${renderWritten(report)}`;
    this.give({schema: 'config-migrate', exitCode, result: report, text, warnings: report.warnings});
  }
}
