import {AosCommand} from '../../lib/cli/base-command.ts';
import {configSchema} from '../../lib/config/json-schema.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class ConfigSchema extends AosCommand {
  static override summary = 'Print the JSON Schema of config.yaml, for editors.';
  static override description = `Save it and name it in the first line of config.yaml:
  # yaml-language-server: $schema=./aos-config.schema.json`;
  static override examples = ['<%= config.bin %> config schema > aos-config.schema.json'];
  static override flags = {};

  async run(): Promise<void> {
    await this.parse(ConfigSchema);
    const schema = configSchema();
    this.give({
      schema: 'config-schema',
      exitCode: EXIT.ok,
      result: schema,
      text: JSON.stringify(schema, null, 2),
    });
  }
}
