import {AosCommand, configFlag} from '../../../lib/cli/base-command.ts';
import {shownVrfFlag, vrfKeyToShow, withoutNewKey} from '../../../lib/features/keys/shown-key.ts';
import {renderVrfReport, shownVrfReport} from '../../../lib/features/keys/vrf-key.ts';

export default class KeysVrfShow extends AosCommand {
  static override summary = 'Show the public key of a VRF key file.';
  static override description = 'It never shows the key itself.';
  static override examples = ['<%= config.bin %> keys vrf show --json | jq -r .result.publicKey'];
  static override flags = {...shownVrfFlag, ...configFlag};

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysVrfShow);
    const {file, config} = flags;
    const source = vrfKeyToShow({file, config, env: process.env, cwd: process.cwd()});
    const report = await shownVrfReport(source).catch((error: unknown) => {
      throw withoutNewKey(error, 'vrf', file !== undefined);
    });
    this.give({schema: 'keys-vrf', exitCode: 0, result: report, text: renderVrfReport(report)});
  }
}
