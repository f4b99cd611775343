import {Flags} from '@oclif/core';
import {realpathSync} from 'node:fs';
import {AosCommand, version} from '../../lib/cli/base-command.ts';
import {planUpdate, updatePlanText} from '../../lib/features/update/update.ts';
import {installedAs} from '../../lib/features/update/way.ts';
import {EXIT} from '../../lib/foundation/errors/table.ts';

export default class Update extends AosCommand {
  static override summary = 'Show what to type to get another version of aos, and the way back.';
  static override description =
    'Installs nothing and asks no one: it prints the commands for the way in which this aos was installed (npm, image, checkout, folder).';
  static override examples = ['<%= config.bin %> update --to 0.2.0'];
  static override flags = {
    to: Flags.string({summary: 'The version to get.', helpValue: 'VERSION'}),
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(Update);
    const plan = planUpdate(version, flags.to, installedAs(realpathSync(this.config.root)));
    this.give({schema: 'update', exitCode: EXIT.ok, result: plan, text: updatePlanText(plan)});
  }
}
