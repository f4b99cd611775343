import {randomBytes} from 'node:crypto';
import {AosCommand} from '../../../lib/cli/base-command.ts';
import {keyPath} from '../../../lib/features/keys/key-flags.ts';
import {newVrfKeyFlags} from '../../../lib/features/keys/vrf-flags.ts';
import {renderVrfReport, vrfReport} from '../../../lib/features/keys/vrf-key.ts';
import {writePrivateFile} from '../../../lib/keys/private-file.ts';

export default class KeysVrfCreate extends AosCommand {
  static override summary = 'Make a new VRF key in a file of mode 0600.';
  static override description = `The VRF key decides which jobs are this operator's, and proves it. Web3Signer cannot hold it.
Back up the file: it cannot be recovered.`;
  static override examples = ['<%= config.bin %> keys vrf create --file ./vrf.key'];
  static override flags = newVrfKeyFlags;

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysVrfCreate);
    const file = keyPath(flags.file);
    const backup = writePrivateFile(file, `${randomBytes(32).toString('hex')}\n`, {force: flags.force});
    const report = await vrfReport(file, backup);
    this.give({schema: 'keys-vrf', exitCode: 0, result: report, text: renderVrfReport(report)});
    this.note(`next: in the configuration set node.vrf_key_file: ${JSON.stringify(file)}`, flags.quiet);
  }
}
