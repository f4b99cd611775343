import {randomBytes} from 'node:crypto';

import {AosCommand} from '../../../lib/cli/base-command.ts';
import {canPrompt} from '../../../lib/cli/can-prompt.ts';
import {keyPath, newKeyFlags} from '../../../lib/features/keys/key-flags.ts';
import {newPassword, passwordFlags, passwordSource} from '../../../lib/cli/password-flag.ts';
import {saveKey} from '../../../lib/features/keys/save-key.ts';
import {refuseExisting} from '../../../lib/keys/private-file.ts';
import {newPrivateKey} from '../../../lib/keys/private-key.ts';
import {renderKeyReport} from '../../../lib/features/keys/text.ts';

export default class KeysBlsCreate extends AosCommand {
  static override summary = 'Make a new BN254 key in an encrypted keystore, for registries of the BLS kind.';
  static override description = `The format is EigenLayer's. The key signs once, at registration; its public part gives the operator id.
Back up the file and its password: they cannot be recovered.`;
  static override examples = [
    '<%= config.bin %> keys bls create',
    {
      description: 'In a script',
      command: '<%= config.bin %> keys bls create --file ./bls.json --password-file ./bls.password --json',
    },
  ];
  static override flags = {
    ...newKeyFlags,
    ...passwordFlags,
  };

  async run(): Promise<void> {
    const {flags} = await this.parse(KeysBlsCreate);
    const file = keyPath(flags.file);
    const mayAsk = canPrompt({json: this.jsonEnabled(), noInput: flags['no-input']}, process.env, process);
    const source = passwordSource(flags, mayAsk);
    if (!flags.force) refuseExisting(file);
    const password = await newPassword(source, new AbortController().signal);
    const report = await saveKey(newPrivateKey(randomBytes), password, file, flags.force);
    this.give({schema: 'keys-bls', exitCode: 0, result: report, text: renderKeyReport(report)});
    this.note(`next: in the configuration set node.bls_key_file: ${JSON.stringify(file)}`, flags.quiet);
  }
}
