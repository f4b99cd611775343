import {Flags} from '@oclif/core';
import {AosCommand, version} from '../../lib/cli/base-command.ts';
import {untilStopped} from '../../lib/cli/signals.ts';
import {checkForUpdate, registryOf, updateCheckText} from '../../lib/features/update/update.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class UpdateCheckCommand extends AosCommand {
  static override summary = 'Ask the npm registry whether there is a newer version of aos.';
  static override description = `aos asks only when this command is typed, and sends nothing but the name of the package.

Exit code 0 when this is the newest version, 4 when there is a newer one.`;
  static override examples = ['<%= config.bin %> update check'];
  static override flags = {
    registry: Flags.string({
      summary: 'The registry (default: npm_config_registry, else the public one).',
      helpValue: 'URL',
    }),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(UpdateCheckCommand);
    const {env} = process;
    const registry = registryOf(flags.registry, env);
    const result = await untilStopped((signal) => checkForUpdate(version, registry, {env, signal}));
    this.give({
      schema: 'update-check',
      exitCode: result.isNewer ? EXIT.warnings : EXIT.ok,
      result,
      text: updateCheckText(result),
    });
  }
}
