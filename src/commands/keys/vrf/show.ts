import {AosCommand} from '../../../lib/cli/base-command.ts';
import {keyPath} from '../../../lib/features/keys/key-flags.ts';
import {vrfKeyFlags} from '../../../lib/features/keys/vrf-flags.ts';
import {renderVrfReport, vrfReport} from '../../../lib/features/keys/vrf-key.ts';

export default class KeysVrfShow extends AosCommand {
  static override summary = 'Show the public key of a VRF key file.';
  static override description = 'It never shows the key itself.';
  static override examples = ['<%= config.bin %> keys vrf show --json | jq -r .result.publicKey'];
  static override flags = vrfKeyFlags;

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysVrfShow);
    const report = await vrfReport(keyPath(flags.file), null);
    this.give({schema: 'keys-vrf', exitCode: 0, result: report, text: renderVrfReport(report)});
  }
}
