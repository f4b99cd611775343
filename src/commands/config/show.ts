import {Flags} from '@oclif/core';
import {AosCommand, configFlag} from '../../lib/cli/base-command.ts';
import {listForCommand, renderListing} from '../../lib/features/config/commands.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';
import type {OutputWarning} from '../../lib/cli/envelope.ts';

export default class ConfigShow extends AosCommand {
  static override summary = 'Show every effective value; with --origin also its source.';
  static override description = `A value comes from the first of: variable, file, preset of the network, default. Secrets are never shown; of an RPC URL only its host is. Exit code 4 when the file has errors: then only the readable part is shown.`;
  static override examples = [
    '<%= config.bin %> config show --origin',
    {
      description: 'Values that differ from the defaults',
      command: '<%= config.bin %> config show --json | jq \'.result.values[] | select(.from != "default")\'',
    },
  ];
  static override flags = {
    ...configFlag,
    origin: Flags.boolean({summary: 'Also show where each value comes from.'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(ConfigShow);
    const {file, listing} = listForCommand(flags.config);
    const none = 'there is no configuration yet: these are the defaults; make one with aos init';
    this.note(file === null ? none : `config: ${file}`, flags.quiet);
    const warnings: OutputWarning[] =
      listing.wrong === 0
        ? []
        : [{code: 'CONFIG_INVALID', message: 'something in it is wrong; see: aos config validate'}];
    for (const {message} of warnings) this.note(message, flags.quiet);
    this.give({
      schema: 'config-show',
      exitCode: warnings.length > 0 ? EXIT.warnings : EXIT.ok,
      warnings,
      result: {file, ...listing},
      text: renderListing(listing, {origin: flags.origin, width: this.style.width ?? 100}),
      network: listing.network,
    });
  }
}
