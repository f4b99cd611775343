import {Args} from '@oclif/core';
import {AosCommand} from '../lib/cli/base-command.ts';
import {EXIT} from '../lib/foundation/errors/table.ts';
import {AosError} from '../lib/foundation/errors/error.ts';
import {nearest} from '../lib/foundation/text/nearest.ts';
import {safeText} from '../lib/foundation/text/safe-text.ts';
import {publishedSchema, schemaList, schemaListText} from '../lib/features/schema/publish.ts';
import {run} from '../lib/foundation/next-step/next-step.ts';

export default class Schema extends AosCommand {
  static override summary = 'Print the JSON Schema of the --json output of a command.';
  static override description = `Without NAME it lists them. A schema is of the whole envelope; that of a stream is of one line of NDJSON.
Within a version fields are only added, so allow for fields you do not know.`;
  static override examples = [
    '<%= config.bin %> schema',
    {
      description: 'Of the list of names',
      command: "<%= config.bin %> schema --json | jq -r '.result.schemas[].name'",
    },
    {description: 'Into a file', command: '<%= config.bin %> schema status > status.schema.json'},
  ];
  static override args = {
    name: Args.string({description: 'Name of a schema: the middle of "aos.NAME/v1".'}),
  };

  async run(): Promise<void> {
    const {args} = await this.parse(Schema);
    if (args.name === undefined) {
      const schemas = schemaList();
      this.give({schema: 'schema-list', exitCode: EXIT.ok, result: {schemas}, text: schemaListText(schemas)});
      return;
    }
    const schema = publishedSchema(args.name);
    if (schema === null) {
      const guess = nearest(
        args.name,
        schemaList().map(({name}) => name),
      );
      const meant = guess === null ? '' : `; did you mean ${guess}?`;
      throw new AosError('USAGE', `there is no schema "${safeText(args.name, 100)}"${meant}`, {
        next: guess === null ? run('schema') : run('schema', [guess]),
      });
    }
    this.give({schema: 'schema', exitCode: EXIT.ok, result: schema, text: JSON.stringify(schema, null, 2)});
  }
}
